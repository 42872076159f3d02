// Checks the sender OpenAI.

import { createHmac } from "node:crypto";
import { openai } from "hookgate/senders";
import OpenAI from "openai";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

for (const version of ["", "v1,"]) {
  documentationOracle("https://platform.openai.com/docs/guides/webhooks", {
    kind: `signature ${version === "" ? "bare" : "with its version"}`,
    sender: openai({ secret: "a secret without a prefix" }),
    options: { now },
    body: { id: "evt_1", type: "response.completed" },
    headers: (body) => ({
      "webhook-id": "w1",
      "webhook-timestamp": seconds,
      "webhook-signature": `${version}${base64(`w1.${seconds}.${body}`, "a secret without a prefix")}`,
    }),
    seen: { type: "response.completed", id: "w1" },
  });
}

libraryOracle("openai", {
  sender: openai({ secret: whsec }),
  type: "response.completed",
  payload: { type: "response.completed", note: NOTE },
  accepts: ({ headers, body }) => new OpenAI({ apiKey: "test" }).webhooks.unwrap(body, { ...headers }, whsec),
});
