// Quoter, PayPro Global: forms that carry a plain hash of their fields and a key.
import { anyOf } from "../auth/combine.js";
import { digest } from "../auth/schemes/digest.js";
import { queryOf } from "../core/delivery.js";
import { form, literal, query } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** The third-party notes that both rows draw on; each note names the vendor's own pages. */
const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";

const QUOTER_HINTED: EventRow = { type: query("object") };
const QUOTER: EventRow = { type: literal("changed") };

/** Quoter's webhooks. The type is what you put into the URL (`?object=quote`), or `changed`. */
export const quoter: SecretSender = senderFactory({
  factory: "quoter",
  name: "quoter",
  title: "Quoter",
  credential: "Settings → Integrations → the webhook → Hash Key. Used as text. Without one, nothing is proven.",
  proof:
    "form field `hash: <lower-case hex, 32 chars>`: MD5 over `<hash key><timestamp><data>`, the fields as they came.",
  exampleType: "quote",
  events:
    "no id, so there is no dedupe. Quoter does not say what changed: give each object a URL of its own, with `?object=quote` for instance, which is then the type; otherwise it is always `changed`.",
  notes: [
    "MD5 with the key in front: whoever has seen one delivery can append to its data. Fetch what you act upon.",
    "`object` in the URL is not signed.",
    "The payload is the JSON in `data`. XML is not read.",
  ],
  sources: [`${NOTES}: quoter`, "help.quoter.com, integrate with webhooks"],
  unconfirmed: ["whether it retries, and its time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: digest({
      secret,
      algorithm: "md5",
      signed: "{secret}{timestamp}{form:data}",
      timestamp: form("timestamp", "unix-seconds"),
      signature: { at: form("hash"), encoding: "hex" },
    }),
    body: { "application/x-www-form-urlencoded": { jsonInForm: "data" } },
    event: ({ url }) => (new URLSearchParams(queryOf(url) ?? "").get("object") ? QUOTER_HINTED : QUOTER),
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** PayPro Global's notifications (IPN). Types are `IPN_TYPE_NAME`: `OrderCharged`, `SubscriptionChargeSucceed`. */
export const paypro: SecretSender = senderFactory({
  factory: "paypro",
  name: "paypro",
  title: "PayPro Global",
  credential:
    "Store Settings → General Settings → Integration → Validation key. Used as text. Not the Secret key beside it.",
  proof:
    "form field `SIGNATURE: <hex, 64 chars>`: SHA-256 over the values of `ORDER_ID`, `ORDER_STATUS`, `ORDER_TOTAL_AMOUNT`, `CUSTOMER_EMAIL`, the validation key, `TEST_MODE` and `IPN_TYPE_NAME`, one after the other.",
  exampleType: "OrderCharged",
  retries: "Up to three more times, every 30 minutes.",
  notes: [
    "Only those six fields are signed; all others can be changed by whoever replays a delivery.",
    "There is no id of the event, so nothing is deduped.",
    "The `HASH` field (MD5 with the other key) is not looked at.",
    "Sent from 198.199.123.239, 157.230.8.40, 2604:a880:400:d0::1843:7001 and 2604:a880:400:d1::b6c:c001.",
  ],
  sources: [`${NOTES}: paypro-global`, "developers.payproglobal.com, webhook (IPN)"],
  unconfirmed: ["the case of the hex digits: both are accepted", "the time limit"],
  options: ["secret"],
  define: ({ secret }) => {
    const hashed = (encoding: "hex" | "HEX") =>
      digest({
        secret,
        signed:
          "{form:ORDER_ID}{form:ORDER_STATUS}{form:ORDER_TOTAL_AMOUNT}{form:CUSTOMER_EMAIL?}{secret}{form:TEST_MODE}{form:IPN_TYPE_NAME}",
        signature: { at: form("SIGNATURE"), encoding },
      });
    return {
      auth: anyOf(hashed("hex"), hashed("HEX")),
      body: { "application/x-www-form-urlencoded": "form" },
      event: { type: form("IPN_TYPE_NAME") },
      reply: { successStatuses: [200], retryHorizonSeconds: 3 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
