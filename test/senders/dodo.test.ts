// Checks the sender Dodo Payments.
import DodoPayments from "dodopayments";
import { dodo } from "hookgate/senders";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

libraryOracle("dodopayments", {
  sender: dodo({ secret: whsec }),
  type: "payment.succeeded",
  payload: { type: "payment.succeeded", note: NOTE },
  accepts: ({ headers, body }) =>
    new DodoPayments({ bearerToken: "test" }).webhooks.unwrap(body, { headers: { ...headers }, key: whsec }),
});
