// Checks the sender Typeform.

import { createHmac } from "node:crypto";
import { typeform } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

documentationOracle("https://www.typeform.com/developers/webhooks/secure-your-webhooks/", {
  sender: typeform({ secret }),
  body: { event_id: "e1", event_type: "form_response", form_response: {} },
  headers: (body) => ({ "typeform-signature": `sha256=${base64(body)}` }),
  seen: { type: "form_response", id: "e1" },
});
