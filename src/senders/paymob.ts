// Verifies Paymob's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { refuse } from "../core/auth.js";
import { json, query } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import { senderFactory } from "./shared/factory.js";
import { BOOLEAN, DECIMAL, DIGITS, type JoinedMember, joinMembers } from "./shared/joined-members.js";
import type { SecretSender } from "./shared/options.js";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/;
/** Digits of a card or a wallet, some of them hidden. */
const PAN = /^[\dXx*]*$/;
/** `MasterCard`, `card`. No word of a neighbour's: `pending` stands before, and `success` behind. */
const SOURCE = /^(?!true|false)(?!.*(?:true|false)$)[^\r\n]*$/;

/** In the order in which they are joined; each below `obj`. What is missing is signed as nothing. */
const MEMBERS: readonly JoinedMember[] = [
  ["obj.amount_cents", DECIMAL],
  ["obj.created_at", TIME],
  ["obj.currency", /^[A-Z]{3}$/],
  ["obj.error_occured", BOOLEAN],
  ["obj.has_parent_transaction", BOOLEAN],
  ["obj.id", DIGITS],
  ["obj.integration_id", DIGITS],
  ["obj.is_3d_secure", BOOLEAN],
  ["obj.is_auth", BOOLEAN],
  ["obj.is_capture", BOOLEAN],
  ["obj.is_refunded", BOOLEAN],
  ["obj.is_standalone_payment", BOOLEAN],
  ["obj.is_voided", BOOLEAN],
  ["obj.order.id", DIGITS],
  ["obj.owner", DIGITS],
  ["obj.pending", BOOLEAN],
  ["obj.source_data.pan", PAN],
  ["obj.source_data.sub_type", SOURCE],
  ["obj.source_data.type", SOURCE],
  ["obj.success", BOOLEAN],
];
const MAX_BODY_BYTES = 1_048_576;
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB, or a signed member is not written as Paymob writes it",
);

const VALUES: SignedText = {
  covers: {
    body: false,
    method: false,
    url: false,
    headers: [],
    fields: /* @__PURE__ */ MEMBERS.map(([name]) => name),
  },
  texts({ body }) {
    const parsed = body.length > MAX_BODY_BYTES ? undefined : parseJson(body);
    const text = parsed?.ok ? joinMembers(parsed.value, MEMBERS, "empty") : undefined;
    return text === undefined ? UNREADABLE : [text];
  },
};

/** Paymob's transaction callbacks, processed by POST. The type is `TRANSACTION`; what happened is in flags. */
export const paymob: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "paymob",
  name: "paymob",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, algorithm: "sha512", signed: VALUES, signature: { at: query("hmac"), encoding: "hex" } }),
    event: { type: json("type"), timestamp: json("obj.created_at", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
