// Freshness accepts the edge of the tolerance on both sides, and nothing beyond it.
import { createReceiver, defineSender, header, json } from "hookgate";
import { bearerToken, hmac, param } from "hookgate/auth";
import { describe, expect, it } from "vitest";
import { SECRET, signature } from "../harness.js";

const BODY = '{"id":"evt_1","type":"order.created"}';
const NOW_SECONDS = 1_700_000_000;

const timed = hmac({
  secret: SECRET,
  signed: "{timestamp}.{body}",
  timestamp: param("t", "unix-seconds"),
  signature: { header: "x-signature", form: { pairs: "v1" }, encoding: "hex" },
});

function receiverOf(toleranceSeconds: number | undefined, nowMs: number, auth = timed) {
  let runs = 0;
  const sender = defineSender({ name: "erp", auth, event: { id: json("id"), type: json("type") } });
  const receiver = createReceiver(sender, {
    dedupe: false,
    now: () => nowMs,
    onOutcome: () => {},
    ...(toleranceSeconds === undefined ? {} : { toleranceSeconds }),
  });
  receiver.on("order.created", () => {
    runs += 1;
  });
  return { receiver, runs: () => runs };
}

async function outcomeOf(ageSeconds: number, toleranceSeconds?: number, nowMs = NOW_SECONDS * 1000) {
  const { receiver, runs } = receiverOf(toleranceSeconds, nowMs);
  const headers = { "content-type": "application/json", "x-signature": signature(BODY, NOW_SECONDS - ageSeconds) };
  const { name, reply, hint } = await receiver.receive({ headers, body: BODY });
  return { name, status: reply.status, wire: String(reply.body), hint, runs: runs() };
}

describe("a signed time", () => {
  it.each<[string, number, number | undefined, boolean]>([
    ["299 s ago", 299, undefined, true],
    ["300 s ago", 300, undefined, true],
    ["301 s ago", 301, undefined, false],
    ["299 s in the future", -299, undefined, true],
    ["300 s in the future", -300, undefined, true],
    ["301 s in the future", -301, undefined, false],
    ["far in the future", -99_999, undefined, false],
    ["at the epoch", NOW_SECONDS, undefined, false],
    ["the same second, of a tolerance of 0", 0, 0, true],
    ["1 s ago, of a tolerance of 0", 1, 0, false],
    ["1 s in the future, of a tolerance of 0", -1, 0, false],
    ["600 s ago, of a tolerance of 600 s", 600, 600, true],
    ["601 s ago, of a tolerance of 600 s", 601, 600, false],
  ])("%s", async (_name, ageSeconds, toleranceSeconds, isFresh) => {
    const expected = isFresh
      ? { name: "processed", status: 200, runs: 1 }
      : { name: "unauthenticated", status: 401, runs: 0 };
    expect(await outcomeOf(ageSeconds, toleranceSeconds)).toMatchObject(expected);
  });

  it("counts in whole seconds of both clocks", async () => {
    expect(await outcomeOf(300, undefined, NOW_SECONDS * 1000 + 999)).toMatchObject({ name: "processed" });
    expect(await outcomeOf(0, 0, NOW_SECONDS * 1000 + 999)).toMatchObject({ name: "processed" });
  });

  it("that is stale or in the future has its own log line, and the same answer as a forgery", async () => {
    const stale = await outcomeOf(301);
    const early = await outcomeOf(-301);
    expect(stale.hint).toContain("signed 301 s ago (tolerance 300 s)");
    expect(early.hint).toContain("signed 301 s in the future");
    const { receiver } = receiverOf(undefined, NOW_SECONDS * 1000);
    const forged = `t=${NOW_SECONDS},v1=${"0".repeat(64)}`;
    const headers = { "content-type": "application/json", "x-signature": forged };
    const { reply } = await receiver.receive({ headers, body: BODY });
    expect([stale.wire, early.wire]).toEqual([String(reply.body), String(reply.body)]);
  });
});

describe("an unsigned time", () => {
  it("says nothing about freshness, however old it is", async () => {
    const { receiver, runs } = receiverOf(undefined, NOW_SECONDS * 1000, bearerToken({ token: SECRET }));
    const headers = { "content-type": "application/json", authorization: `Bearer ${SECRET}`, "x-time": "1" };
    expect(await receiver.receive({ headers, body: BODY })).toMatchObject({ name: "processed" });
    expect(runs()).toBe(1);
  });

  it("cannot be described as one that counts", () => {
    const timestamp = header("x-time", "unix-seconds");
    expect(() => hmac({ secret: SECRET, timestamp, signature: { header: "x-signature", encoding: "hex" } })).toThrow(
      /is not signed, so it says nothing about freshness/,
    );
  });
});
