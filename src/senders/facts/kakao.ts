// Kakao Login: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const kakao: SenderFacts = {
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
  oracle: { kind: "documentation", source: "https://developers.kakao.com/docs/latest/ko/kakaologin/callback" },
  sources: ["https://developers.kakao.com/docs/latest/ko/kakaologin/callback"],
  unconfirmed: [
    "how often it retries",
    "of account status: where the keys are, the issuer, and the names of the events",
    "callbacks of Kakao Talk and channels: their bodies are passed on as they are",
  ],
};
