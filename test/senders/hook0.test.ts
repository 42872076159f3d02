// Checks the sender Hook0.

import { createHmac } from "node:crypto";
import { coinbaseCommerce, hook0 } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
const hex = (text: string) => createHmac("sha256", secret).update(text).digest("hex");

vectorOracle("hook0", ({ secretOrKey: key }) => hook0({ secret: key }));

describe("hook0", () => {
  const body = JSON.stringify({ event: "user.created" });
  const head = { ...JSON_TYPE, "x-event-id": "e1", "x-source": "a" };
  const v0 = hex(`${seconds}.${body}`);
  const v1 = hex(`${seconds}.x-event-id x-source.e1.a.${body}`);
  const signature = `t=${seconds},h=x-event-id x-source,v0=${v0},v1=${v1}`;
  const send = (headers: Record<string, string>) => delivered(hook0({ secret }), { now }).receive({ headers, body });

  it("counts the stronger of two signatures alone", async () => {
    expect(await send({ ...head, "x-hook0-signature": signature })).toMatchObject({ name: "processed" });
    const wrong = signature.replace(/v1=./, (start) => `v1=${start.endsWith("0") ? "1" : "0"}`);
    expect(await send({ ...head, "x-hook0-signature": wrong })).toMatchObject({ name: "unauthenticated" });
    const cut = signature.slice(0, -1);
    expect(await send({ ...head, "x-hook0-signature": cut })).toMatchObject({ name: "bad_credentials" });
  });

  it("binds the headers it lists, where none of them holds a dot, and says so", async () => {
    const swapped = await send({ ...head, "x-event-id": "e2", "x-hook0-signature": signature });
    expect(swapped).toMatchObject({ name: "unauthenticated" });
    const bound = await send({ ...head, "x-hook0-signature": signature });
    const hint = bound.trace.find(({ check }) => check === "extract-events")?.hint;
    expect(hint).toContain("id from header x-event-id (signed)");
    const dotted = `t=${seconds},h=x-event-id x-source,v1=${hex(`${seconds}.x-event-id x-source.e1.a.b.${body}`)}`;
    const loose = await send({ ...head, "x-source": "a.b", "x-hook0-signature": dotted });
    expect(loose.trace.find(({ check }) => check === "extract-events")?.hint).toContain("x-event-id (not signed)");
  });

  it("is what Coinbase's developer platform sends, beside Commerce's own header", async () => {
    const { seen, receive } = delivered(coinbaseCommerce({ secret }), { now });
    const onramp = JSON.stringify({ eventType: "onramp.transaction.success" });
    const headers = { "x-hook0-signature": `t=${seconds},v0=${hex(`${seconds}.${onramp}`)}`, "x-event-id": "c1" };
    await receive({ headers: { ...JSON_TYPE, ...headers }, body: onramp });
    const charge = JSON.stringify({ attempt_number: 2, event: { id: "ch1", type: "charge:confirmed" } });
    await receive({ headers: { ...JSON_TYPE, "x-cc-webhook-signature": hex(charge) }, body: charge });
    expect(seen).toMatchObject([
      { type: "onramp.transaction.success", id: "c1" },
      { type: "charge:confirmed", id: "ch1" },
    ]);
  });
});
