// Verifies Paymob's deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { type Refusal, refuse } from "../core/auth.js";
import { json, memberOf, query } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** In the order in which they are joined; each below `obj`. */
const MEMBERS = /* @__PURE__ */ [
  "amount_cents",
  "created_at",
  "currency",
  "error_occured",
  "has_parent_transaction",
  "id",
  "integration_id",
  "is_3d_secure",
  "is_auth",
  "is_capture",
  "is_refunded",
  "is_standalone_payment",
  "is_voided",
  "order.id",
  "owner",
  "pending",
  "source_data.pan",
  "source_data.sub_type",
  "source_data.type",
  "success",
].map((name) => `obj.${name}`);
const MAX_BODY_BYTES = 1_048_576;
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB, or a signed member has no one text",
);

const VALUES: SignedText = {
  covers: { body: false, method: false, url: false, headers: [], fields: MEMBERS },
  texts({ body }) {
    const parsed = body.length > MAX_BODY_BYTES ? undefined : parseJson(body);
    if (!parsed?.ok) return UNREADABLE;
    const values = MEMBERS.map((name) => textOf(memberOf(parsed.value, name)));
    const broken = values.find((value): value is Refusal => typeof value === "object");
    return broken ?? [values.join("")];
  },
};

/** Booleans are signed as words; what is missing is signed as nothing. */
function textOf(value: unknown): string | Refusal {
  if (value === undefined || value === null) return "";
  if (typeof value === "string" || typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  return UNREADABLE;
}

/** Paymob's transaction callbacks, processed by POST. The type is `TRANSACTION`; what happened is in flags. */
export const paymob: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "paymob",
  name: "paymob",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, algorithm: "sha512", signed: VALUES, signature: { at: query("hmac"), encoding: "hex" } }),
    event: { type: json("type"), timestamp: json("obj.created_at", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
