// Verifies Mollie's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import { type Auth, absent } from "../core/auth.js";
import { json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { Confirm, EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { unsigned } from "./shared/unsigned.js";

/** Options of `mollie`. */
export interface MollieOptions {
  /** The signing secret of a next-generation webhook. */
  readonly secret?: Secrets;
  /** Fetches the payment that a classic webhook names, by `event.payload.id`. Without it, classic webhooks are refused. */
  readonly confirm?: Confirm;
}

const SIGNATURE = "x-mollie-signature";

const EVENT: EventRow = {
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("createdAt", "rfc3339"),
};
/** The id is the payment's, the same for every change of its state, so it is no id of an event. */
const CLASSIC: EventRow = { type: /* @__PURE__ */ literal("resource.changed") };

const NO_SECRET = /* @__PURE__ */ absent("the delivery is signed, and mollie has no secret to check it with");
const NO_CONFIRM = /* @__PURE__ */ absent(
  "no X-Mollie-Signature; a classic webhook needs confirm to fetch what it names",
);

function mollieAuth({ secret, confirm }: MollieOptions): Auth {
  const signature =
    secret === undefined
      ? undefined
      : hmac({ secret, signature: { header: SIGNATURE, encoding: "hex", prefix: "sha256=" } });
  const bare = confirm === undefined ? undefined : unsigned("mollie", confirm);
  return {
    ...((signature ?? bare) as Auth),
    credentialHeaders: [SIGNATURE],
    verify(delivery, context) {
      if (delivery.headers.has(SIGNATURE)) return signature?.verify(delivery, context) ?? NO_SECRET;
      return bare?.verify(delivery, context) ?? NO_CONFIRM;
    },
    sign(request, key) {
      const isClassic = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
      return isClassic || signature?.sign === undefined ? request : signature.sign(request, key);
    },
  };
}

/** Mollie's webhooks. Types are `payment-link.paid`, …; a classic webhook is always `resource.changed`. */
export const mollie: SenderFactory<MollieOptions> = /* @__PURE__ */ senderFactory({
  factory: "mollie",
  name: "mollie",
  options: ["secret", "confirm"],
  define(options) {
    if (options.secret === undefined && options.confirm === undefined) {
      throw new TypeError(
        "mollie: give secret (signed webhooks), confirm (classic ones, which only a look-up of the payment can verify), or both; is the environment variable set?",
      );
    }
    return {
      auth: mollieAuth(options),
      ...(options.confirm === undefined ? {} : { confirm: options.confirm }),
      body: { "application/json": "json", "application/x-www-form-urlencoded": "form" },
      event: (_delivery, payload) => (typeof memberOf(payload, "type") === "string" ? EVENT : CLASSIC),
      reply: { timeLimitSeconds: 15, retryHorizonSeconds: 27 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
