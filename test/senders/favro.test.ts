// Checks the sender Favro.

import { createHmac } from "node:crypto";
import { favro } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

documentationOracle("https://favro.com/developer/#webhook-signatures", {
  sender: favro({ secret }),
  options: { publicUrl: "https://example.com/hooks/favro" },
  // The body is not signed: the id in it is.
  forged: { body: { payloadId: "p2", action: "created", card: {} } },
  body: { payloadId: "p1", action: "created", card: {} },
  headers: (body) => ({
    "x-favro-webhook": createHmac("sha1", secret)
      .update(`${(JSON.parse(body) as { payloadId: string }).payloadId}https://example.com/hooks/favro`)
      .digest("base64"),
  }),
  seen: { type: "created", id: "p1" },
});
