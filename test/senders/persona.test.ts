// Checks the sender Persona.

import { createHmac } from "node:crypto";
import { persona } from "hookgate/senders";
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

describe("how it signs", () => {
  it("either of two groups of a rotation is enough", async () => {
    const { signed, receive } = await send(persona({ secret }), {
      data: { id: "1", attributes: { name: "inquiry.completed" } },
    });
    const t = signed.headers["persona-signature"]?.split(",")[0];
    const both = `${t},v1=${"0".repeat(64)} ${signed.headers["persona-signature"]}`;
    expect(await receive({ ...signed, headers: { ...signed.headers, "persona-signature": both } })).toMatchObject({
      name: "processed",
    });
  });
});

documentationOracle("https://docs.withpersona.com/webhooks-best-practices", {
  sender: persona({ secret }),
  options: { now },
  body: { data: { id: "evt_1", attributes: { name: "inquiry.completed" } } },
  headers: (body) => ({ "persona-signature": `t=${seconds},v1=${hex(`${seconds}.${body}`)}` }),
  seen: { type: "inquiry.completed", id: "evt_1" },
});
