// Verifies X (Twitter)'s deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import { challengeByGet } from "./shared/challenge-by-get.js";
import { exceptChallenges } from "./shared/challenge-mac.js";
import { senderFactory } from "./shared/factory.js";
import { okJson } from "./shared/handshakes.js";
import { memberNamed, namedRows } from "./shared/named-rows.js";
import type { SecretSender } from "./shared/options.js";

/** `tweet_create_events`, `direct_message_events`, …: the member that holds them; `data` of filtered streams. */
const X_KIND = /^(?:data|[a-z][a-z_]{0,63}_events?)$/;

const xRow = /* @__PURE__ */ namedRows((type) => ({ type }));

const MAX_CRC_TOKEN_LENGTH = 512;
/** What X sends as `crc_token`. No JSON object is written so, and a number or a word that is gets refused as a body. */
const CRC_TOKEN = /^[A-Za-z0-9_-]{1,512}$/;

/** X's (Twitter's) account activity. Types are the member that holds the events: `tweet_create_events`. */
export const x: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "x",
  name: "x",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: exceptChallenges(
      mac({ secret, signature: { header: "x-twitter-webhooks-signature", encoding: "base64", prefix: "sha256=" } }),
      CRC_TOKEN,
      MAX_CRC_TOKEN_LENGTH,
    ),
    event(_delivery, payload) {
      const kind = memberNamed(payload, (name) => X_KIND.test(name));
      return kind === undefined ? undefined : xRow(kind);
    },
    handshakes: [
      challengeByGet("x", secret, {
        parameter: "crc_token",
        form: CRC_TOKEN,
        encoding: "base64",
        reply: (made) => okJson({ response_token: `sha256=${made}` }),
      }),
    ],
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
