// PortOne: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { followerProof } from "./standard-webhooks-follower.js";

export const portone: SenderFacts = {
  title: "PortOne",
  credential:
    "version 2: console → 결제 연동 → 연동 관리 → 결제알림(Webhook) 관리 → the webhook's secret, `whsec_…`, decoded from base64 behind its prefix. Version 1 signs nothing: give `confirm(event)` instead, which asks PortOne for the payment by `imp_uid`; never both for one URL.",
  proof: `version 2: ${followerProof()} Version 1: **none**.`,
  exampleType: "Transaction.Paid",
  events:
    "version 2: id `webhook-id` (signed); type `type` of the body, or its `status` where the webhook is of version 2024-01-01 (JSON or form). Version 1: type `status`; id of `imp_uid`, `status` and, of a cancellation, `cancellation_id`. A cancellation without a `cancellation_id` has no id, for a payment may be cancelled in several parts.",
  retries:
    "5 times, after 0, 1, 4, 16, 64 and 256 minutes, with jitter. The body's `timestamp` stays that of the event.",
  notes: [
    "Korea. Deliveries of version 2 come from 52.78.5.241.",
    "PortOne waits 30 s to connect and 30 s for the answer; version 1 connects within 10 s.",
  ],
  oracle: { kind: "library", source: "@portone/server-sdk" },
  sources: [
    "github.com/portone-io/developers.portone.io, opi/ko/integration/webhook/readme-v2.mdx, readme-v1.mdx (2026-08-06)",
    "@portone/server-sdk 0.19.0",
  ],
  unconfirmed: [
    "the member `cancellation_id`",
    "where the console shows the secret",
    "that `webhook-id` stays the same over retries",
  ],
};
