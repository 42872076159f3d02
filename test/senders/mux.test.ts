// Checks the sender Mux.

import Mux from "@mux/mux-node";
import { mux } from "hookgate/senders";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

libraryOracle("@mux/mux-node", {
  sender: mux({ secret }),
  type: "video.asset.ready",
  payload: { type: "video.asset.ready", data: { note: NOTE } },
  async accepts(signed) {
    const sdk = new Mux({ tokenId: "t", tokenSecret: "s", webhookSecret: secret });
    await sdk.webhooks.verifySignature(signed.body, { ...signed.headers }, secret);
    return true;
  },
});
