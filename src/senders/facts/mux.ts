// Mux: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const mux: SenderFacts = {
  title: "Mux",
  credential: "Settings → Webhooks → the webhook → Signing secret. Used as text.",
  proof: "`Mux-Signature: t=<Unix seconds>,v1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "video.asset.ready",
  retries: "For up to 24 hours.",
  oracle: { kind: "library", source: "@mux/mux-node" },
  sources: [
    "https://www.mux.com/docs/core/verify-webhook-signatures",
    "@mux/mux-node 15.3.0, which accepts what this description signs",
  ],
  unconfirmed: ["24 hours of retries", "5 s time limit"],
};
