// Checks the sender Airtable.

import { createHmac } from "node:crypto";
import { airtable } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const KEY = Buffer.alloc(32, 3);

documentationOracle("https://airtable.com/developers/web/api/webhooks-overview", {
  sender: airtable({ secret: KEY.toString("base64") }),
  body: { base: { id: "app1" }, webhook: { id: "ach1" }, timestamp: "2026-01-02T03:04:05.000Z" },
  headers: (body) => ({
    "x-airtable-content-mac": `hmac-sha256=${createHmac("sha256", KEY).update(body).digest("hex")}`,
  }),
  seen: { type: "ping", id: undefined },
});

vectorOracle("airtable", ({ secretOrKey: key }) => airtable({ secret: key }));
