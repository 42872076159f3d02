// Verifies CloudSignal (Cloudprinter.com)'s deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { dottedAll, ifPresent, json } from "../core/field.js";
import { DAY_SECONDS } from "./shared/durations.js";
import { senderFactory } from "./shared/factory.js";
import type { TokenSender } from "./shared/options.js";

/** CloudSignal, the webhooks of Cloudprinter.com. Types are `ItemShipped`, `CloudprinterOrderValidated`. */
export const cloudsignal: TokenSender = /* @__PURE__ */ senderFactory({
  factory: "cloudsignal",
  name: "cloudsignal",
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: json("apikey") }),
    // Of an order, and not of one of its items, there is no `item`.
    event: {
      id: dottedAll(json("type"), json("order"), ifPresent(json("item")), json("datetime")),
      type: json("type"),
    },
    reply: {
      successStatuses: [200, 204],
      retryHorizonSeconds: 7 * DAY_SECONDS,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
