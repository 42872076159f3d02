// Verifies X (Twitter)'s deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { challengeByGet } from "./shared/challenge-by-get.js";
import { senderFactory } from "./shared/factory.js";
import { okJson } from "./shared/handshakes.js";
import { memberNamed, namedRows, UNTYPED } from "./shared/named-rows.js";
import type { SecretSender } from "./shared/options.js";

/** docs.x.com/x-api/webhooks: `crc_token` is base64url. A JSON object never matches. */
const CRC_TOKEN = /^[A-Za-z0-9_-]{1,512}$/;

/** `tweet_create_events`, `direct_message_events`, …: the member that holds them; `data` of filtered streams. */
const X_KIND = /^(?:data|[a-z][a-z_]{0,63}_events?)$/;

const xRow = /* @__PURE__ */ namedRows((type) => ({ type }));

/** X's (Twitter's) account activity. Types are the member that holds the events: `tweet_create_events`. */
export const x: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "x",
  name: "x",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signature: { header: "x-twitter-webhooks-signature", encoding: "base64", prefix: "sha256=" },
      signsReplies: CRC_TOKEN,
    }),
    event(_delivery, payload) {
      const kind = memberNamed(payload, (name) => X_KIND.test(name));
      return kind === undefined ? UNTYPED : xRow(kind);
    },
    handshakes: [
      challengeByGet("x", secret, {
        parameter: "crc_token",
        pattern: CRC_TOKEN,
        encoding: "base64",
        reply: (_token, made) => okJson({ response_token: `sha256=${made}` }),
      }),
    ],
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
