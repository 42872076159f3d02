// GitLab: a secret token in a header, or, in newer versions, Standard Webhooks signatures.
import type { Auth } from "../auth/auth.js";
import { anyOf } from "../auth/combine.js";
import type { Secrets } from "../auth/secrets.js";
import { staticToken } from "../auth/static-token.js";
import type { AnyEvents, EventMap } from "../event.js";
import { header, json, memberOf } from "../field.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { defineSender, type Sender } from "../sender.js";
import { standardWebhooksMac } from "./standard-webhooks.js";

export interface GitlabOptions {
  /** The webhook's secret token, sent as it is. */
  readonly token?: Secrets;
  /** The webhook's signing token, `whsec_…`. Give both while you change from one to the other. */
  readonly secret?: Secrets;
}

/**
 * GitLab's webhooks. Types are the body's `object_kind` (`push`, `merge_request`), or `event_name` of system hooks.
 *
 * Shape:   `X-Gitlab-Token: <token>`, or `webhook-signature: v1,<base64>` with `webhook-id` and `webhook-timestamp`
 * Source:  gitlab.com/gitlab-org/gitlab, merge requests 230944 and 231325.
 * Promise: with `secret`: id, time and body are the sender's. Not promised with `token`: it binds nothing of what was sent.
 *
 * @throws {TypeError} When neither is given, or one is malformed.
 * @example createReceiver(gitlab({ token: process.env.GITLAB_TOKEN }))
 */
export function gitlab<Events = AnyEvents>(options: GitlabOptions): Sender<EventMap<Events>> {
  refuseUnknownKeys("gitlab", options, ["token", "secret"]);
  return defineSender<Events>({
    name: "gitlab",
    auth: authOf(options),
    event(delivery, payload) {
      const ids = ["webhook-id", "idempotency-key", "x-gitlab-event-uuid"];
      const id = ids.find((name) => delivery.headers.get(name) !== undefined) ?? "idempotency-key";
      return {
        id: header(id),
        type: json(memberOf(payload, "object_kind") === undefined ? "event_name" : "object_kind"),
      };
    },
    // A failed delivery is not sent again by itself; repeated failures disable the webhook (unconfirmed).
    reply: {
      timeLimitSeconds: 10,
      retries: false,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 26_214_400,
    },
  });
}

function authOf({ token, secret }: GitlabOptions): Auth {
  const signed = secret === undefined ? undefined : standardWebhooksMac("webhook", secret);
  if (signed !== undefined && token === undefined) return signed;
  const plain = staticToken({ token, at: header("x-gitlab-token") });
  return signed === undefined ? plain : anyOf(signed, plain);
}
