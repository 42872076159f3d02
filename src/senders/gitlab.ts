// GitLab: a secret token in a header, or, in newer versions, Standard Webhooks signatures.

import { anyOf } from "../auth/combine.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { staticToken } from "../auth/schemes/static-token.js";
import type { Auth } from "../core/auth.js";
import { header, json, memberOf } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { standardWebhooksMac } from "./shared/standard-webhooks-scheme.js";

export interface GitlabOptions {
  /** The webhook's secret token, sent as it is. */
  readonly token?: Secrets;
  /** The webhook's signing token, `whsec_…`. Give both while you change from one to the other. */
  readonly secret?: Secrets;
}

const SIGNED_ID = header("webhook-id");
const RETRY_ID = header("idempotency-key");
const TYPE = json("object_kind");
const SYSTEM_TYPE = json("event_name");

/**
 * GitLab's webhooks. Types are the body's `object_kind` (`push`, `merge_request`), or `event_name` of system hooks.
 *
 * Shape:   `X-Gitlab-Token: <token>`, or `webhook-signature: v1,<base64>` with `webhook-id` and `webhook-timestamp`
 * Source:  gitlab.com/gitlab-org/gitlab, merge requests 230944 and 231325.
 * Promise: with `secret`: id, time and body are the sender's. Not promised with `token`, nor with both: a token binds
 *          nothing of what was sent. Deliveries of GitLab before 17.4 have no id, so they are not deduped.
 *
 * @throws {TypeError} When neither is given, or one is malformed.
 * @example createReceiver(gitlab({ token: process.env.GITLAB_TOKEN }))
 */
export const gitlab: SenderFactory<GitlabOptions> = senderFactory({
  factory: "gitlab",
  name: "gitlab",
  title: "GitLab",
  credential:
    "project or group → Settings → Webhooks. Newer versions have a *signing token* (`whsec_…`): give it as `secret`. All have a *secret token*, which comes as it is in `X-Gitlab-Token`: give it as `token`. With both, either is enough; that is for the days while you change over, for it is as weak as the token. An option that is named and not set throws, so a missing variable never leaves the weaker proof alone.",
  proof:
    "with `secret` as [Standard Webhooks](standard-webhooks.md): `webhook-signature: v1,<base64>` over `<webhook-id>.<webhook-timestamp>.<body>`. With `token`: `X-Gitlab-Token: <token>`, which binds **nothing**: who learns the token can send anything, and a copy of a delivery looks like a new one once its id is changed.",
  exampleType: "merge_request",
  events:
    "type: the body's `object_kind` (`push`, `merge_request`, `pipeline`), or `event_name` of system hooks. Id: `webhook-id`, which equals `Idempotency-Key`, the same when sent again by hand. GitLab before 17.4 has neither, and its events are not deduped: `X-Gitlab-Event-UUID` is shared by webhooks that set each other off, so it would swallow events.",
  retries:
    "Not by itself, only by hand. Four failures in a row disable the webhook: a 5xx for a minute, and longer each time up to a day; a 4xx for good. While the dedupe store is down events are handled without it.",
  notes: ["gitlab.com publishes its addresses in its documentation, not as a list to load."],
  sources: [
    "gitlab.com/gitlab-org/gitlab, merge requests 160952 (`Idempotency-Key`), 230944 and 231325 (signing token, behind the feature flag `webhook_signing_token` at first)",
    "gitlab.com/gitlab-org/gitlab, issue 462719 (failures disable the webhook)",
    "gitlab.com/cki-project/cki-tools, webhook_receiver/receiver.py (10 s, from the documentation of gitlab.com's limits)",
    "no vector is published",
    "docs.gitlab.com, other limits of GitLab.com: 10 seconds, and an administrator's setting elsewhere",
    "docs.gitlab.com, failing webhooks: disabled after four failures in a row",
  ],
  unconfirmed: ["that `X-Gitlab-Event-UUID` is shared", "where gitlab.com's addresses are"],
  options: ["secret", "token"],
  define: (options) => ({
    auth: authOf(options),
    event({ headers }, payload) {
      const type = memberOf(payload, "object_kind") === undefined ? SYSTEM_TYPE : TYPE;
      if (headers.get("webhook-id") !== undefined) return { id: SIGNED_ID, type };
      // Before 17.4 there was no id of the event: X-Gitlab-Event-UUID is shared by all that one request or an earlier
      // webhook set off, so dedupe by it would swallow events.
      const isOld = headers.get("idempotency-key") === undefined && headers.get("x-gitlab-event-uuid") !== undefined;
      return isOld ? { type } : { id: RETRY_ID, type };
    },
    reply: {
      timeLimitSeconds: 10,
      retries: false,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 26_214_400,
    },
  }),
});

/** What is named must be there: a missing variable must not silently leave the weaker proof alone. */
function authOf(options: GitlabOptions): Auth {
  const signed = "secret" in options ? standardWebhooksMac(options.secret) : undefined;
  const plain = "token" in options ? staticToken({ token: options.token, at: header("x-gitlab-token") }) : undefined;
  if (signed !== undefined && plain !== undefined) return anyOf(signed, plain);
  const auth = signed ?? plain;
  if (auth === undefined) {
    throw new TypeError("gitlab: give secret (the signing token, whsec_…) or token (the secret token), or both");
  }
  return auth;
}
