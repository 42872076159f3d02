// Verifies Kakao Login's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import { tokenBody } from "../auth/jwt/jwt-body-format.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { staticToken } from "../auth/schemes/static-token.js";
import { mediaTypeOf } from "../body-formats/content-type.js";
import { type Auth, absent, COVERS_NOTHING, fromHead } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `kakao`. */
export interface KakaoOptions {
  /** The primary admin key, for the unlink webhook and other callbacks with `KakaoAK`. */
  readonly token?: Secrets;
  /** The REST API key, for the account status webhook: its tokens are made for this audience. */
  readonly audience?: string;
  /** Where Kakao's keys are. Default `https://kauth.kakao.com/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
}

const JWKS_URL = "https://kauth.kakao.com/.well-known/jwks.json";
const ISSUER = "https://kauth.kakao.com";
const SET_TYPE = "application/secevent+jwt";
const MISSING = /* @__PURE__ */ absent(
  "neither an Authorization with KakaoAK nor a body that is a token, as far as there are options",
);

const UNLINK: EventRow = { type: /* @__PURE__ */ literal("unlink") };
const OTHER: EventRow = { type: /* @__PURE__ */ literal("callback") };

function kakaoAuth({ token, audience, jwksUrl = JWKS_URL }: KakaoOptions): Auth {
  const admin =
    token === undefined ? undefined : staticToken({ token, at: header("authorization"), prefix: "KakaoAK " });
  const status =
    audience === undefined
      ? undefined
      : jwt({
          at: "body",
          algorithms: ["RS256"],
          jwksUrl,
          issuer: ISSUER,
          audience,
          lacks: { expiry: "a security event token says what happened, and RFC 8417 section 2.2 advises against exp" },
        });
  const first = admin ?? status;
  if (first === undefined) {
    throw new TypeError(
      "kakao: give token (the admin key), audience (the REST API key), or both; is the environment variable set?",
    );
  }
  const auth: Auth = {
    ...first,
    covers: admin === undefined ? first.covers : COVERS_NOTHING,
    verify(delivery, context) {
      return (isToken(delivery) ? status : admin)?.verify(delivery, context) ?? MISSING;
    },
  };
  return status === undefined ? fromHead(auth) : auth;
}

function isToken({ headers }: Delivery): boolean {
  return mediaTypeOf(headers) === SET_TYPE;
}

/**
 * A security event token holds its event under a URI; the end of that is its name. An ID token, which every user gets from the same
 * issuer for the same audience, holds none.
 */
function statusRow(payload: unknown): EventRow | undefined {
  const events = memberOf(payload, "events");
  const [uri, more] = typeof events === "object" && events !== null ? Object.keys(events) : [];
  const name = more === undefined ? uri?.split("/").at(-1) : undefined;
  if (name === undefined || name === "") return undefined;
  return { id: json("jti"), type: literal(name), timestamp: json("iat", "unix-seconds") };
}

/** Kakao's callbacks: `unlink`, when a user leaves, or `callback`; and account status events, such as `tokens-revoked`. */
export const kakao: SenderFactory<KakaoOptions> = /* @__PURE__ */ senderFactory({
  factory: "kakao",
  name: "kakao",
  options: ["token", "audience", "jwksUrl"],
  define: (options) => ({
    auth: kakaoAuth(options),
    body: { "application/x-www-form-urlencoded": "form", "application/json": "json", [SET_TYPE]: tokenBody() },
    event(delivery, payload) {
      if (isToken(delivery)) return statusRow(payload);
      return memberOf(payload, "referrer_type") === undefined ? OTHER : UNLINK;
    },
    reply: { successStatuses: [200, 202], timeLimitSeconds: 3, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
