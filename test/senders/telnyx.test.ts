// Checks the sender Telnyx.
import { generateKeyPairSync } from "node:crypto";
import { telnyx } from "hookgate/senders";
import Telnyx from "telnyx";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const pair = generateKeyPairSync("ed25519");
/** The 32 bytes themselves: the end of the SPKI form. */
const publicKey = pair.publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

libraryOracle("telnyx", {
  sender: telnyx({ publicKey }),
  key,
  type: "message.received",
  payload: { data: { event_type: "message.received", id: "e1", payload: { text: NOTE } } },
  accepts: ({ headers, body }) =>
    new Telnyx({ apiKey: "test", publicKey }).webhooks.unwrap(body, { headers: { ...headers } }),
});
