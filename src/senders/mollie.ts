// Mollie: signed events, and the classic webhook, which holds an id and no proof.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { type Auth, absent } from "../core/auth.js";
import { json, literal, memberOf } from "../core/field.js";
import type { Confirm, EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { unsigned } from "./shared/unsigned.js";

export interface MollieOptions {
  /** The signing secret of a next-generation webhook. */
  readonly secret?: Secrets;
  /** Fetches the payment that a classic webhook names, by `event.payload.id`. Without it, classic webhooks are refused. */
  readonly confirm?: Confirm;
}

const SIGNATURE = "x-mollie-signature";

const EVENT: EventRow = { id: json("id"), type: json("type"), timestamp: json("createdAt", "rfc3339") };
/** The id is the payment's, the same for every change of its state, so it is no id of an event. */
const CLASSIC: EventRow = { type: literal("resource.changed") };

const NO_SECRET = absent("the delivery is signed, and mollie has no secret to check it with");
const NO_CONFIRM = absent("no X-Mollie-Signature; a classic webhook needs confirm to fetch what it names");

function mollieAuth({ secret, confirm }: MollieOptions): Auth {
  const signature =
    secret === undefined
      ? undefined
      : mac({ secret, signature: { header: SIGNATURE, encoding: "hex", prefix: "sha256=" } });
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
export const mollie: SenderFactory<MollieOptions> = senderFactory({
  factory: "mollie",
  name: "mollie",
  title: "Mollie",
  credential:
    "`secret`: the signing secret of a next-generation webhook, used as text. `confirm`: a function that fetches the resource a classic webhook names, with your API key.",
  proof:
    "Next generation: `X-Mollie-Signature: sha256=<lower-case hex, 64 chars>`, HMAC-SHA256 over the body. Classic (`id=tr_…` in a form): none, so `confirm` decides.",
  exampleType: "payment-link.paid",
  events:
    "next generation: id `id`, type `type` of the signed body. Classic: always `resource.changed`, `event.verified` is false, and there is no dedupe, for each change of a payment has the same `id`.",
  retries: "Ten attempts within 26 hours.",
  notes: [
    "A classic webhook can be sent by anybody: trust what `confirm` fetched, never the delivery. It may answer `{ payload }` to put that in its place.",
    "With both options the kinds are told apart by the signature's presence, so a forged event without one reaches `confirm`, and `event.verified` is false.",
    "Mollie publishes no addresses, on purpose.",
  ],
  sources: [
    "github.com/mollie/mollie-api-php, src/Webhooks/SignatureValidator.php (2026-05-21)",
    "docs.mollie.com/reference/webhooks",
  ],
  unconfirmed: [
    "15 s time limit",
    "ten attempts within 26 hours",
    "the members `id`, `type` and `createdAt` of signed events",
    "a signature without `sha256=`, which Mollie's library would accept, is refused",
  ],
  options: ["secret", "confirm"],
  define(options) {
    if (options.secret === undefined && options.confirm === undefined) {
      throw new TypeError(
        "mollie: give secret (signed webhooks), confirm (classic ones, which only a look at the payment can vouch for), or both; is the environment variable set?",
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
