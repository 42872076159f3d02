// FusionAuth, Neon Auth: a signed token in a header, made with a key pair of the tenant's.
import { detachedJws } from "../auth/jwt/detached-jws.js";
import { jwt } from "../auth/jwt/jwt.js";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import type { Secrets } from "../auth/keys/secrets.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** A published key set, or the key itself. */
export interface KeySetOptions {
  /** Where the keys are published. Give this or `publicKey`. */
  readonly jwksUrl?: string | undefined;
  /** The key itself: PEM, a JWK or a KeyObject. */
  readonly publicKey?: PublicKeyText | readonly PublicKeyText[] | undefined;
}

type KeySource =
  | { readonly jwksUrl: string | undefined }
  | { readonly publicKey: PublicKeyText | readonly PublicKeyText[] };

/** @throws {TypeError} Where both are given, or none. What is named must be there: a missing variable is no choice. */
export function keySourceOf(factory: string, options: KeySetOptions): KeySource {
  const isSet = options.jwksUrl !== undefined;
  if (isSet !== (options.publicKey !== undefined)) {
    return isSet ? { jwksUrl: options.jwksUrl } : { publicKey: options.publicKey };
  }
  throw new TypeError(
    `${factory}: give jwksUrl (where the keys are published) or publicKey, one of them; is its environment variable set?`,
  );
}

export interface FusionauthOptions extends KeySetOptions {
  /** Where the webhook is signed with an HMAC key: that key. Instead of the other two. */
  readonly secret?: Secrets;
}

/** FusionAuth's webhooks. Types are `user.create`, `user.login.success`. */
export const fusionauth: SenderFactory<FusionauthOptions> = senderFactory({
  factory: "fusionauth",
  name: "fusionauth",
  title: "FusionAuth",
  credential:
    "Settings → Key Master → the key that the webhook is signed with: its public key, or the key set at `/.well-known/jwks.json`; of an HMAC key the secret, used as text.",
  proof: "`X-FusionAuth-Signature-JWT: <JWT>` whose `request_body_sha256` is the base64 SHA-256 of the body.",
  exampleType: "user.create",
  events: "id `event.id`, type `event.type`.",
  retries: "As the webhook's transaction setting says; a transaction fails where the answer is no 2xx.",
  notes: ["The token signs no time, so a copy is known by its id alone."],
  sources: [
    "https://fusionauth.io/docs/extend/events-and-webhooks/signing",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fusionauth, and its skill",
  ],
  unconfirmed: ["which algorithms a key may have", "retries and time limit"],
  options: ["jwksUrl", "publicKey", "secret"],
  define(options) {
    const at = header("x-fusionauth-signature-jwt");
    const bodyHash = { claim: "request_body_sha256", encoding: "base64" } as const;
    const isShared = "secret" in options;
    return {
      auth: isShared
        ? jwt({ at, bodyHash, secret: options.secret, algorithms: ["HS256", "HS384", "HS512"] })
        : jwt({
            at,
            bodyHash,
            ...keySourceOf("fusionauth", options),
            algorithms: ["RS256", "RS384", "RS512", "ES256", "ES384", "EdDSA"],
          }),
      event: {
        id: json("event.id"),
        type: json("event.type"),
        timestamp: json("event.createInstant", "unix-milliseconds"),
      },
      reply: { honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});

/** The detached payload is `<time>.<base64url of the body>`, which the JWS encodes once more. */
const NEON_PAYLOAD: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  usesTimestamp: true,
  texts: ({ body }, { timestamp }) => [`${timestamp}.${body.toString("base64url")}`],
};

/** Neon Auth's webhooks. Types are `user.created`, `send.otp`. */
export const neonAuth: SenderFactory<KeySetOptions> = senderFactory({
  factory: "neonAuth",
  name: "neon-auth",
  title: "Neon Auth",
  credential: "Nothing secret: `<NEON_AUTH_URL>/.well-known/jwks.json`, or a key of it.",
  proof:
    "`X-Neon-Signature: <header>..<signature>`: detached JWS, EdDSA, over `<X-Neon-Timestamp>.<base64url of the body>`; the time is in Unix milliseconds.",
  exampleType: "user.created",
  retries: "Three attempts in all.",
  notes: [
    "Id and type are headers, and the signature covers neither.",
    "`send.otp`, `send.magic_link` and `user.before_create` wait for the answer: a handler that refuses must throw.",
  ],
  sources: ["https://neon.com/docs/auth/guides/webhooks", "hookdeck/webhook-skills, providers.yaml @00ad8d05: neon"],
  unconfirmed: [
    "time limit",
    "whether a retry is signed with a new time",
    "whether the token's own header names its key",
  ],
  options: ["jwksUrl", "publicKey"],
  define: (options) => ({
    auth: detachedJws({
      header: "x-neon-signature",
      algorithms: ["EdDSA"],
      ...keySourceOf("neonAuth", options),
      signed: NEON_PAYLOAD,
      timestamp: header("x-neon-timestamp", "unix-milliseconds"),
    }),
    event: {
      id: header("x-neon-event-id"),
      type: header("x-neon-event-type"),
      attempt: header("x-neon-delivery-attempt"),
    },
    privateHeaders: ["x-neon-signature-kid"],
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
