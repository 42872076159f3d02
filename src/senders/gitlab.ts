// Verifies GitLab's deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { staticToken } from "../auth/schemes/static-token.js";
import type { Auth } from "../core/auth.js";
import { type Field, header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { standardWebhooksHmac } from "./shared/standard-webhooks-scheme.js";

/** Options of `gitlab`: the secret token, the signing secret, or both. */
export interface GitlabOptions {
  /** The webhook's secret token, sent as it is. */
  readonly token?: Secrets;
  /** The webhook's signing token, `whsec_…`. Give both while you change from one to the other. */
  readonly secret?: Secrets;
}

const SIGNED_ID = /* @__PURE__ */ header("webhook-id");
const RETRY_ID = /* @__PURE__ */ header("idempotency-key");

interface Rows {
  readonly signed: EventRow;
  readonly keyed: EventRow;
  readonly bare: EventRow;
}
function rowsOf(type: Field<"text">): Rows {
  return { signed: { id: SIGNED_ID, type }, keyed: { id: RETRY_ID, type }, bare: { type } };
}
const ROWS: Rows = /* @__PURE__ */ rowsOf(/* @__PURE__ */ json("object_kind"));
const SYSTEM_ROWS: Rows = /* @__PURE__ */ rowsOf(/* @__PURE__ */ json("event_name"));

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
export const gitlab: SenderFactory<GitlabOptions> = /* @__PURE__ */ senderFactory({
  factory: "gitlab",
  name: "gitlab",
  options: ["secret", "token"],
  define: (options) => ({
    auth: authOf(options),
    event({ headers }, payload) {
      const rows = memberOf(payload, "object_kind") === undefined ? SYSTEM_ROWS : ROWS;
      if (headers.has("webhook-id")) return rows.signed;
      // Before 17.4 there was no id of the event: X-Gitlab-Event-UUID is shared by all that one request or an earlier
      // webhook set off, so dedupe by it would swallow events.
      return headers.has("x-gitlab-event-uuid") && !headers.has("idempotency-key") ? rows.bare : rows.keyed;
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
  const signed = "secret" in options ? standardWebhooksHmac(options.secret) : undefined;
  const plain = "token" in options ? staticToken({ token: options.token, at: header("x-gitlab-token") }) : undefined;
  if (signed !== undefined && plain !== undefined) return anyOf(signed, plain);
  const auth = signed ?? plain;
  if (auth === undefined) {
    throw new TypeError("gitlab: give secret (the signing token, whsec_…) or token (the secret token), or both");
  }
  return auth;
}
