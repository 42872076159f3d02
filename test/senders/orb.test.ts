// Checks the sender Orb.

import { createHmac } from "node:crypto";
import { orb } from "hookgate/senders";
import Orb from "orb-billing";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const old = "fedcba9876543210fedcba9876543210";
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

libraryOracle("orb-billing", {
  sender: orb({ secret }),
  type: "invoice.issued",
  payload: { event_id: "evt_1", note: NOTE, amount: 10 },
  accepts({ headers, body }) {
    new Orb({ apiKey: "test" }).webhooks.verifySignature(body, headers, secret);
    return true;
  },
});

for (const time of ["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678901", "2026-01-02T12:04:05+09:00"]) {
  documentationOracle("https://docs.withorb.com/integrations-and-exports/webhooks", {
    kind: `the time ${time}, the second of two signatures`,
    sender: orb({ secret }),
    options: { now },
    body: { id: "e1", type: "invoice.issued" },
    headers: (body) => ({
      "x-orb-timestamp": time,
      "x-orb-signature": `v1=${hex(`v1:${time}:${body}`, old)} v1=${hex(`v1:${time}:${body}`)}`,
    }),
    seen: { type: "invoice.issued", id: "e1" },
  });
}
