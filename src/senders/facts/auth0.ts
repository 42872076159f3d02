// Auth0: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const auth0: SenderFacts = {
  title: "Auth0",
  credential: "Monitoring → Streams → the stream → Authorization token.",
  proof: "`Authorization: <the token, as it is>`. Nothing is signed.",
  exampleType: "s",
  events: "log streams: a batch, id `log_id`, type `data.type`. Event streams: id `id`, type `type`.",
  retries: "After anything but a 2xx.",
  notes: [
    "A static token binds nothing of what was sent. Where the stream sends `Bearer` before it, that belongs to the token.",
    "All three content formats are read: JSON Array, JSON Object, JSON Lines.",
  ],
  oracle: { kind: "documentation", source: "https://auth0.com/docs/customize/log-streams/custom-log-streams" },
  sources: [
    "https://auth0.com/docs/customize/log-streams/custom-log-streams",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: auth0",
  ],
  unconfirmed: ["retries and time limit", "event streams"],
};
