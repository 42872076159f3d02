// A receiver without handlers.
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";

export const receiver = createReceiver(stripe({ secret: "whsec_0123456789abcdef" }));
export { source } from "./source.js";
