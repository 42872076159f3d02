// Checks the sender Calendly.

import { createHmac } from "node:crypto";
import { calendly } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;

const secret = "0123456789abcdef0123456789abcdef";

describe("kinds of deliveries", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([["without a URI", calendly({ secret }), { event: "x.y", payload: {} }, { type: "x.y", id: undefined }]])(
    "%s",
    async (_name, sender, payload, expected, more = {}) => {
      const { seen, outcome } = await send(sender, payload, more);
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([expected]);
    },
  );
});

documentationOracle("https://developer.calendly.com/api-docs", {
  sender: calendly({ secret }),
  options: { now },
  body: { event: "invitee.created", payload: {} },
  headers: (body) => ({ "calendly-webhook-signature": `t=${seconds},v1=${hex(`${seconds}.${body}`)}` }),
  seen: { type: "invitee.created" },
});
