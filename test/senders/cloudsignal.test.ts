// Checks the sender CloudSignal (Cloudprinter.com).
import { cloudsignal } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

documentationOracle("https://docs.cloudprinter.com/client/cloudsignal-webhooks-v2-0", {
  sender: cloudsignal({ token: secret }),
  forged: { body: { apikey: `${secret}x`, type: "ItemShipped", order: "1", item: "2" } },
  body: { apikey: secret, type: "ItemShipped", order: "1", item: "2", datetime: "2026-01-02T03:04:05Z" },
  seen: { type: "ItemShipped", id: "ItemShipped.1.2.2026-01-02T03:04:05Z" },
});
