// Kakao: callbacks that carry the app's admin key, and account status events, which are signed tokens.

import { jwt } from "../auth/jwt/jwt.js";
import { tokenBody } from "../auth/jwt/jwt-body-format.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { staticToken } from "../auth/schemes/static-token.js";
import { type Auth, absent, COVERS_NOTHING } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { header, json, literal, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

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
const MISSING = absent("neither an Authorization with KakaoAK nor a body that is a token, as far as there are options");

const UNLINK: EventRow = { type: literal("unlink") };
const OTHER: EventRow = { type: literal("callback") };

function kakaoAuth({ token, audience, jwksUrl = JWKS_URL }: KakaoOptions): Auth {
  const admin =
    token === undefined ? undefined : staticToken({ token, at: header("authorization"), prefix: "KakaoAK " });
  const status =
    audience === undefined ? undefined : jwt({ at: "body", algorithms: ["RS256"], jwksUrl, issuer: ISSUER, audience });
  const first = admin ?? status;
  if (first === undefined) {
    throw new TypeError(
      "kakao: give token (the admin key), audience (the REST API key), or both; is the environment variable set?",
    );
  }
  return {
    ...first,
    covers: admin === undefined ? first.covers : COVERS_NOTHING,
    verify(delivery, context) {
      return (isToken(delivery) ? status : admin)?.verify(delivery, context) ?? MISSING;
    },
  };
}

function isToken({ headers }: Delivery): boolean {
  return headers.get("content-type")?.toLowerCase().startsWith(SET_TYPE) ?? false;
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
export const kakao: SenderFactory<KakaoOptions> = senderFactory({
  factory: "kakao",
  name: "kakao",
  title: "Kakao Login",
  credential:
    "`token`: App → Platform Key → Admin Key, the primary one. `audience`: the REST API key, for the account status webhook.",
  proof:
    "Callbacks: `Authorization: KakaoAK <admin key>`; nothing of what is sent is signed. Account status (`application/secevent+jwt`): the body is a JWT (RS256) of `https://kauth.kakao.com`, made for the REST API key.",
  exampleType: "unlink",
  events:
    "callbacks: `unlink` where the form has `referrer_type`, otherwise `callback`; no id, and so no dedupe. Account status: id `jti`, type the end of the URI under `events`, both signed.",
  retries: "Only 200 (or 202) within 3 s is success.",
  notes: [
    "Choose POST for the unlink webhook: a GET holds everything in its query, and is refused.",
    "Answer 200 for users that you do not know, too.",
    "Who sees the admin key once can do anything as your app: let nothing but TLS end points see this URL.",
  ],
  sources: ["developers.kakao.com/docs/latest/ko/kakaologin/callback"],
  unconfirmed: [
    "how often it comes again",
    "of account status: where the keys are, the issuer, and the names of the events",
    "callbacks of Kakao Talk and channels: their bodies are passed on as they are",
  ],
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
