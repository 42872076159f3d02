// The scheme of Standard Webhooks 1.0.0: signature, event fields and reply profile.

import { anyOf } from "../../auth/combine.js";
import type { PublicKeyText } from "../../auth/keys/parse-public-key.js";
import type { PublicKeyFunction } from "../../auth/keys/public-key-source.js";
import type { KeyForm } from "../../auth/keys/secret-encoding.js";
import type { Secrets } from "../../auth/keys/secrets.js";
import { hmac } from "../../auth/schemes/hmac.js";
import { publicKey } from "../../auth/schemes/public-key.js";
import type { HmacOptions } from "../../auth/signature/compile.js";
import type { Auth } from "../../core/auth.js";
import { type Field, header, json } from "../../core/field.js";
import type { ReplyProfile } from "../../core/reply.js";
import type { EventRow, SenderDefinition } from "../../sender/sender.js";

/** Which names the three headers have: `webhook-id` and so on, `svix-id` and so on, or one of both sets. */
export type HeaderSet = "webhook" | "svix" | "either";

/** The key that senders show: base64 after `whsec_`, 24 to 64 bytes. */
export const WHSEC: Pick<HmacOptions, "key" | "minKeyBytes" | "maxKeyBytes"> = {
  key: { base64After: "whsec_" },
  minKeyBytes: 24,
  maxKeyBytes: 64,
};
/** Of senders who take the secret's text for the key. */
export const AS_TEXT: { readonly key: KeyForm } = { key: "utf8" };

type Headers = Pick<HmacOptions, "signed" | "timestamp" | "families">;

function headersOf(set: HeaderSet): Headers {
  const prefix = set === "either" ? "*" : set;
  const names: Headers = {
    signed: `{header:${prefix}-id}.{timestamp}.{body}`,
    timestamp: header(`${prefix}-timestamp`, "unix-seconds"),
  };
  return set === "either" ? { ...names, families: ["svix", "webhook"] } : names;
}

const signatureName = (set: HeaderSet): string => (set === "either" ? "*-signature" : `${set}-signature`);

/** HMAC-SHA256 over `<id>.<timestamp>.<body>`, signatures `v1,<base64>` in a list. */
export function standardWebhooksHmac(
  secret: Secrets,
  set: HeaderSet = "webhook",
  key: Pick<HmacOptions, "key" | "minKeyBytes" | "maxKeyBytes"> = WHSEC,
): Auth {
  return hmac({
    secret,
    ...key,
    ...headersOf(set),
    signature: { header: signatureName(set), encoding: "base64", form: { list: "v1,", separator: " " } },
  });
}

/** Options of `standardWebhooks` and of senders that follow it: a secret, a public key, or both. */
export interface StandardWebhooksOptions {
  /** `whsec_…`, as the sender shows it. One, several while rotating, or a function of the delivery. */
  readonly secret?: Secrets;
  /** `whpk_…`, of senders that sign with a private key. With both, either is enough. */
  readonly publicKey?: PublicKeyText | readonly PublicKeyText[] | PublicKeyFunction;
}

/** What is named must be there: a missing variable must not silently leave the other proof alone. */
export function standardWebhooksAuth(where: string, options: StandardWebhooksOptions, set: HeaderSet): Auth {
  const shared = "secret" in options ? standardWebhooksHmac(options.secret, set) : undefined;
  const pair =
    "publicKey" in options
      ? publicKey({
          publicKey: options.publicKey,
          algorithm: "ed25519",
          ...headersOf(set),
          signature: { header: signatureName(set), encoding: "base64", form: { list: "v1a,", separator: " " } },
        })
      : undefined;
  if (shared !== undefined && pair !== undefined) return anyOf(shared, pair);
  const auth = shared ?? pair;
  if (auth === undefined) throw new TypeError(`${where}: give secret (whsec_…) or publicKey (whpk_…), or both`);
  return auth;
}

/** The id is signed and stays the same over retries. The type is recommended, not required: a body without one is a `message`. */
export function standardWebhooksEvent(
  set: HeaderSet,
  type: Field<"text"> = json("type"),
  timestamp: Field<"time"> = json("timestamp", "rfc3339"),
): SenderDefinition["event"] {
  const row = (prefix: string): EventRow => ({
    id: header(`${prefix}-id`),
    type,
    timestamp,
    defaultType: "message",
  });
  if (set !== "either") return row(set);
  const [svix, webhook] = [row("svix"), row("webhook")];
  return ({ headers }) => (headers.has("webhook-id") && !headers.has("svix-id") ? webhook : svix);
}

/** The specification's example schedule ends after 75 h 35 min; a sender may go on for longer. */
const RETRY_HORIZON_SECONDS = 4 * 86_400;

/** The specification's advice to senders: 15 to 30 s, `Retry-After` is read, 410 disables the endpoint. */
export const STANDARD_REPLY: Partial<ReplyProfile> = {
  timeLimitSeconds: 15,
  retryHorizonSeconds: RETRY_HORIZON_SECONDS,
  unsubscribes: [410],
};
