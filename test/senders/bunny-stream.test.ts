// Checks the sender Bunny Stream.

import { createHmac } from "node:crypto";
import { bunnyStream } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.bunny.net/stream/webhooks", {
  sender: bunnyStream({ secret }),
  body: { VideoLibraryId: 133, VideoGuid: "657bb740", Status: 3 },
  headers: (body) => ({
    "x-bunnystream-signature": hex(body),
    "x-bunnystream-signature-version": "v1",
    "x-bunnystream-signature-algorithm": "hmac-sha256",
  }),
  seen: { type: "3" },
});
