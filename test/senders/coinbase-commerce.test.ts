// Checks the sender Coinbase Commerce and Developer Platform.

import { Webhook } from "coinbase-commerce-node";
import { coinbaseCommerce } from "hookgate/senders";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

vectorOracle("coinbase-commerce", ({ secretOrKey: key }) => coinbaseCommerce({ secret: key }));

libraryOracle("coinbase-commerce-node", {
  sender: coinbaseCommerce({ secret }),
  type: "charge:confirmed",
  payload: { attempt_number: 1, event: { id: "e1", type: "charge:confirmed", data: { note: NOTE } } },
  accepts: (signed) => Webhook.verifySigHeader(signed.body, header(signed, "x-cc-webhook-signature"), secret),
});
