// PayPro Global: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const paypro: SenderFacts = {
  title: "PayPro Global",
  credential:
    "Store Settings → General Settings → Integration → Validation key. Used as text. Not the Secret key beside it.",
  proof:
    "form field `SIGNATURE: <hex, 64 chars>`: SHA-256 over the values of `ORDER_ID`, `ORDER_STATUS`, `ORDER_TOTAL_AMOUNT`, `CUSTOMER_EMAIL`, the validation key, `TEST_MODE` and `IPN_TYPE_NAME`, one after the other.",
  exampleType: "OrderCharged",
  retries: "Up to three more times, every 30 minutes.",
  notes: [
    "Only those six fields are signed; all others can be changed by anyone who replays a delivery.",
    "The six stand side by side. An address that begins with a digit behind an amount without two decimals is refused: the digit could belong to either.",
    "There is no id of the event, so nothing is deduped.",
    "The `HASH` field (MD5 with the other key) is not looked at.",
    "Sent from 198.199.123.239, 157.230.8.40, 2604:a880:400:d0::1843:7001 and 2604:a880:400:d1::b6c:c001.",
  ],
  oracle: { kind: "documentation", source: "https://developers.payproglobal.com" },
  sources: [
    "https://developers.payproglobal.com",
    `${NOTES}: paypro-global`,
    "developers.payproglobal.com, webhook (IPN)",
  ],
  unconfirmed: ["the case of the hex digits: both are accepted", "the time limit"],
};
