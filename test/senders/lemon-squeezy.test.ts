// Checks the sender Lemon Squeezy.
import { lemonSqueezy } from "hookgate/senders";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { isAcceptedByTern } from "../support/senders/tern.js";

const secret = "0123456789abcdef0123456789abcdef";

libraryOracle("@hookflo/tern", {
  sender: lemonSqueezy({ secret }),
  type: "order_created",
  payload: { meta: { event_name: "order_created" }, data: { note: NOTE } },
  accepts: isAcceptedByTern("lemonsqueezy", secret),
});
