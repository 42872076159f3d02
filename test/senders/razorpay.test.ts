// Checks the sender Razorpay.

import { razorpay } from "hookgate/senders";
import Razorpay from "razorpay";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

vectorOracle("razorpay", ({ secretOrKey: key }) => razorpay({ secret: key }));

libraryOracle("razorpay", {
  sender: razorpay({ secret }),
  type: "payment.captured",
  payload: { event_id: "evt_1", note: NOTE, amount: 10 },
  accepts: (signed) => Razorpay.validateWebhookSignature(signed.body, header(signed, "x-razorpay-signature"), secret),
});
