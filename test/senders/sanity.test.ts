// Checks the sender Sanity.

import { encodeSignatureHeader, isValidSignature } from "@sanity/webhook";
import { sanity } from "hookgate/senders";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { LIBRARY_URL, libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";

libraryOracle("@sanity/webhook", {
  sender: sanity({ secret }),
  type: "update",
  payload: { _id: "d1", note: NOTE },
  accepts: (signed) => isValidSignature(signed.body, header(signed, "sanity-webhook-signature"), secret),
  async makes() {
    const body = JSON.stringify({ _id: "d2", note: NOTE });
    const signature = await encodeSignatureHeader(body, Date.now(), secret);
    const ids = { "idempotency-key": "k1", "sanity-operation": "update" };
    return { url: LIBRARY_URL, headers: { ...JSON_TYPE, ...ids, "sanity-webhook-signature": signature }, body };
  },
});
