// Facts that the followers of Standard Webhooks share.
import type { HeaderSet } from "../shared/standard-webhooks-scheme.js";
import type { SenderFacts } from "./sender-facts.js";

export const WHSEC_TEXT = "`whsec_…`, decoded from base64 behind its prefix.";

export const SVIX_SCHEDULE =
  "Svix delivers: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; by hand also later.";

export const SIGNED =
  "HMAC-SHA256 over `<id>.<timestamp>.<body>`, `v1,<base64>`, several separated by a space while the sender rotates; or, with `publicKey`, `v1a,<base64>`, Ed25519 over the same. Versions that have no key here are skipped.";

const NAMES: Readonly<Record<HeaderSet, string>> = {
  webhook: "`webhook-id`, `webhook-timestamp` (unix seconds), `webhook-signature`",
  svix: "`svix-id`, `svix-timestamp` (unix seconds), `svix-signature`",
  either: "`svix-id`, `svix-timestamp` (unix seconds), `svix-signature`, or `webhook-*`, never both",
};

/** The proof as it stands on the page. */
export function followerProof(headers: HeaderSet = "webhook"): string {
  return `headers ${NAMES[headers]}: \`v1,<base64>\`, several separated by a space while rotating; HMAC-SHA256 over \`<id>.<timestamp>.<body>\`, as [Standard Webhooks](standard-webhooks.md).`;
}

/** Facts of a follower: its signature is that of Standard Webhooks. */
export function followerFacts(facts: Omit<SenderFacts, "proof">, headers: HeaderSet = "webhook"): SenderFacts {
  return {
    ...facts,
    proof: followerProof(headers),
    ...(headers === "either"
      ? { events: "id `svix-id`, or `webhook-id`, of the headers; type `type` of the body; both signed." }
      : {}),
  };
}
