// Cloudflare Stream: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const cloudflareStream: SenderFacts = {
  title: "Cloudflare Stream",
  credential: "The `secret` that the API answers when you subscribe the account's webhook. Used as text.",
  proof: "`Webhook-Signature: time=<Unix seconds>,sig1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<time>.<body>`.",
  exampleType: "ready",
  retries: "Not documented.",
  notes: ["The body is the video itself. A video reaches a state once, so its `uid` and the state are the id."],
  oracle: {
    kind: "documentation",
    source: "https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/",
  },
  sources: [
    "https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/",
    "third-party verification code",
  ],
  unconfirmed: ["that `uid` and `status.state` name one event", "retries and time limit"],
};
