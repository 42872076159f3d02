// Kinde, Wix: the body is a signed token, and nothing else.
import { jwt } from "../auth/jwt/jwt.js";
import { tokenBody } from "../auth/jwt/jwt-body-format.js";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import type { BodyFormat, BodyFormats } from "../body-formats/format.js";
import { json } from "../core/field.js";
import { type KeySetOptions, keySourceOf } from "./identity-tokens.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Whatever the Content-Type says: senders differ, and the proof knows what it reads. */
function anyType(format: BodyFormat): BodyFormats {
  return { "application/jwt": format, "text/plain": format, "application/json": format };
}

/** Kinde's webhooks. Types are `user.created`, `organization.updated`. */
export const kinde: SenderFactory<KeySetOptions> = senderFactory({
  factory: "kinde",
  name: "kinde",
  title: "Kinde",
  credential: "Nothing secret: `https://<your business>.kinde.com/.well-known/jwks`, or a key of it.",
  proof: "The body is a JWT, RS256, of your business' key set.",
  exampleType: "user.created",
  retries: "After anything but a 2xx, with growing pauses.",
  notes: ["The payload is what the token says: `type`, `event_id`, `data`."],
  sources: [
    "https://docs.kinde.com/integrate/webhooks/about-webhooks/",
    "@kinde/webhooks, which reads tokens the same way",
  ],
  unconfirmed: ["the Content-Type", "retries and time limit", "whether a retry is signed anew"],
  options: ["jwksUrl", "publicKey"],
  define: (options) => ({
    auth: jwt({ at: "body", algorithms: ["RS256"], ...keySourceOf("kinde", options) }),
    body: anyType(tokenBody()),
    event: { id: json("event_id"), type: json("type"), timestamp: json("event_timestamp", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

export interface WixOptions {
  /** The app's public key: PEM, as the dashboard shows it. */
  readonly publicKey: PublicKeyText | readonly PublicKeyText[];
}

/** Wix' webhooks of self-hosted apps. Types are `wix.ecom.v1.order_created`. */
export const wix: SenderFactory<WixOptions> = senderFactory({
  factory: "wix",
  name: "wix",
  title: "Wix",
  credential: "App dashboard → Webhooks → Get Public Key: RSA, PEM, one for each app.",
  proof: "The body is a JWT, RS256, with `exp`.",
  exampleType: "wix.ecom.v1.order_created",
  events: "type `data.eventType`, id `data.data.id`; both are read from JSON texts inside of the token.",
  retries:
    "Twelve times over 47 hours: after 1 and 10 minutes, 1 hour, three times 2, three times 4, twice 8, and 12 hours.",
  notes: [
    "It waits 1.25 seconds: a handler that takes longer needs an inbox.",
    "The payload is what the token says, with `data` and `data.data` parsed: `{ data: { eventType, instanceId, data: { … } } }`.",
  ],
  sources: [
    "https://dev.wix.com/docs/build-apps/develop-your-app/access/authentication/verify-requests-received-from-wix",
    "https://dev.wix.com/docs/rest/articles/getting-started/webhook-resend-policy (1.25 s, retries)",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: wix",
    "dev.wix.com, webhook resend policy: 1,250 ms, and the schedule",
  ],
  unconfirmed: [
    "the Content-Type",
    "that `data.data.id` names the event",
    "whether a retry is signed anew, with a new `exp`",
  ],
  options: ["publicKey"],
  define: ({ publicKey }) => ({
    auth: jwt({ at: "body", algorithms: ["RS256"], publicKey, requireExpiry: true }),
    body: anyType(tokenBody({ jsonClaims: ["data", "data.data"] })),
    event: { id: json("data.data.id"), type: json("data.eventType"), timestamp: json("iat", "unix-seconds") },
    reply: { timeLimitSeconds: 1.25, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
