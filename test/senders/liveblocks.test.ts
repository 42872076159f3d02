// Checks the sender Liveblocks.
import { WebhookHandler } from "@liveblocks/node";
import { liveblocks } from "hookgate/senders";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

libraryOracle("@liveblocks/node", {
  sender: liveblocks({ secret: whsec }),
  type: "roomCreated",
  payload: { type: "roomCreated", data: { roomId: NOTE } },
  accepts: ({ headers, body }) => new WebhookHandler(whsec).verifyRequest({ headers: { ...headers }, rawBody: body }),
});
