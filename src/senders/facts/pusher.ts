// Pusher Channels: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const pusher: SenderFacts = {
  title: "Pusher Channels",
  credential:
    "App Keys → secret. Used as text. Of several apps: a function that looks the secret up by `x-pusher-key`.",
  proof:
    "`X-Pusher-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body. `X-Pusher-Key` names the app's key.",
  exampleType: "channel_occupied",
  retries: "With growing pauses for 5 minutes.",
  notes: [
    "A batch: `events[]`. Events have no id, and a state may be sent repeatedly, so nothing is deduped.",
    'The body holds `time_ms`, so two genuine deliveries are never equal: `dedupe: { replay: "suppress" }` refuses copies.',
  ],
  oracle: { kind: "library", source: "pusher" },
  sources: [
    "pusher/pusher-http-node @7492d8db91",
    "https://pusher.com/docs/channels/server_api/webhooks/",
    "docs.bird.com/pusher, webhook timeouts and retries: 4 seconds, 5 minutes",
  ],
  unconfirmed: ["whether `time_ms` is that of the attempt"],
};
