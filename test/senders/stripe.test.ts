// Checks the sender Stripe.

import { stripe } from "hookgate/senders";
import Stripe from "stripe";
import { signerOracle } from "../support/senders/signer-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const whsec = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

vectorOracle("stripe", ({ secretOrKey: key }) => stripe({ secret: key }));

signerOracle("stripe", stripe({ secret: whsec }), (payload) => ({
  "stripe-signature": new Stripe("sk_test_x").webhooks.generateTestHeaderString({ payload, secret: whsec }),
}));
