// A receiver whose dedupe only its own process sees.
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";

export const receiver = createReceiver(stripe({ secret: "whsec_0123456789abcdef" }));
receiver.on("invoice.paid", () => undefined);

export { source } from "./source.js";
