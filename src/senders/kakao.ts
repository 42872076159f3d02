// Kakao: callbacks that carry the app's admin key.
import { staticToken } from "../auth/static-token.js";
import { header, literal, memberOf } from "../field.js";
import type { EventRow } from "../sender.js";
import type { TokenSender } from "./options.js";
import { senderFactory } from "./sender-row.js";

const UNLINK: EventRow = { type: literal("unlink") };
const OTHER: EventRow = { type: literal("callback") };

/** Kakao's callbacks: `unlink`, when a user leaves; any other one of the same kind is `callback`. */
export const kakao: TokenSender = senderFactory({
  factory: "kakao",
  name: "kakao",
  title: "Kakao Login",
  credential: "App → Platform Key → Admin Key, the primary one.",
  proof: "`Authorization: KakaoAK <admin key>`. Nothing of what is sent is signed.",
  exampleType: "unlink",
  events: "`unlink` where the form has `referrer_type`, otherwise `callback`. There is no id, so nothing is deduped.",
  retries: "Only 200 within 3 s is success.",
  notes: [
    "Choose POST for the unlink webhook: a GET holds everything in its query, and is refused.",
    "Answer 200 for users that you do not know, too.",
    "Who sees the admin key once can do anything as your app: let nothing but TLS end points see this URL.",
    "The account status webhook (a signed token, `application/secevent+jwt`) is not read by this sender.",
  ],
  sources: ["developers.kakao.com/docs/latest/ko/kakaologin/callback"],
  unconfirmed: [
    "how often it comes again",
    "callbacks of Kakao Talk and channels: their bodies are passed on as they are",
  ],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header("authorization"), prefix: "KakaoAK " }),
    body: { "application/x-www-form-urlencoded": "form", "application/json": "json" },
    event: (_delivery, payload) => (memberOf(payload, "referrer_type") === undefined ? OTHER : UNLINK),
    reply: { successStatuses: [200], timeLimitSeconds: 3, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
