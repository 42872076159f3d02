// Whoever subscribes to "hookgate:outcome" hears of every outcome of the process; nobody pays for it else.
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReceiver, defineSender, json, type OutcomeMessage, query, RetryLater } from "hookgate";
import { staticToken } from "hookgate/auth";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const CHANNEL = "hookgate:outcome";
const sender = stripe({ secret: "whsec_0123456789abcdef" });
const heard: OutcomeMessage[] = [];
const listener = (message: unknown): void => void heard.push(message as OutcomeMessage);

beforeEach(() => {
  heard.length = 0;
  subscribe(CHANNEL, listener);
});
afterEach(() => {
  unsubscribe(CHANNEL, listener);
});

function quiet(handler: () => unknown = () => undefined) {
  return createReceiver(sender, { name: "billing", scope: "eu", onOutcome: () => undefined }).on("a.b", handler);
}

describe("a subscriber", () => {
  it("gets a delivery with its bytes, its receiver and its times", async () => {
    const receiver = quiet();
    const sent = await createTestSender(sender).to(receiver).send("a.b", { data: 1 });
    expect(heard).toHaveLength(1);
    const [{ outcome, delivery, event, arrivedMs, receiver: facts }] = heard as [OutcomeMessage];
    expect(outcome).toBe(sent.outcome);
    expect(delivery?.body).toEqual(Buffer.from(sent.request.body));
    expect(event).toBeUndefined();
    expect(facts).toMatchObject({ name: "billing", sender: "stripe", scope: "eu", busyCount: 0 });
    expect(facts.credentialHeaders).toContain("stripe-signature");
    expect(arrivedMs).toBeLessThanOrEqual(performance.now());
    expect(outcome.durationMs).toBeGreaterThanOrEqual(0);
    expect(outcome.trace.every(({ atMs }) => typeof atMs === "number")).toBe(true);
  });

  it("gets a refusal, and the same facts of one receiver each time", async () => {
    const test = createTestSender(sender).to(quiet());
    await test.send("a.b", {}, { wrongKey: true });
    await test.send("a.b", {});
    expect(heard.map(({ outcome }) => outcome.name)).toEqual(["unauthenticated", "processed"]);
    expect(heard[0]?.receiver).toBe(heard[1]?.receiver);
  });

  it("gets a second message when a handler ends after the answer, with the same delivery", async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const options = { onOutcome: () => undefined, answerWithinSeconds: 0.01 };
    const receiver = createReceiver(sender, options).on("a.b", () => ended);
    const sent = await createTestSender(sender).to(receiver).send("a.b", {});
    expect(sent.outcome?.name).toBe("handler_running");
    expect(heard[0]?.receiver.busyCount).toBe(1);
    end();
    await expect.poll(() => heard).toHaveLength(2);
    expect(heard[1]?.outcome).toMatchObject({ name: "processed", isLate: true });
    expect(heard[1]?.delivery).toBe(heard[0]?.delivery);
  });

  it("gets what ran from an inbox, with its event and without a delivery", async () => {
    const inbox = sqliteInbox(join(mkdtempSync(join(tmpdir(), "hookgate-diagnostics-")), "inbox.db"));
    const receiver = createReceiver(sender, { inbox, scope: "eu", onOutcome: () => undefined }).on("a.b", () => {
      throw new RetryLater({ afterSeconds: 60 });
    });
    receiver.work();
    await createTestSender(sender).to(receiver).send("a.b", {}, { id: "evt_1" });
    await expect.poll(() => heard).toHaveLength(2);
    expect(heard[0]?.outcome).toMatchObject({ name: "accepted", via: "delivery" });
    expect(heard[1]).toMatchObject({ delivery: undefined, arrivedMs: undefined, event: { id: "evt_1", type: "a.b" } });
    expect(heard[1]?.outcome).toMatchObject({ name: "retry_later", via: "inbox" });
    await receiver.close();
    await inbox.close();
  });

  it("gets the names of query parameters that hold credentials", async () => {
    const auth = staticToken({ token: "0123456789abcdef", at: query("token") });
    const erp = defineSender({ name: "erp", auth, event: { type: json("type") } });
    const receiver = createReceiver(erp, { dedupe: false, onOutcome: () => undefined });
    await receiver.receive({});
    expect(heard[0]?.receiver.credentialQuery).toEqual(["token"]);
  });
});

it("measures no times without a subscriber", async () => {
  unsubscribe(CHANNEL, listener);
  expect(channel(CHANNEL).hasSubscribers).toBe(false);
  const receiver = createReceiver(sender).on("a.b", () => undefined);
  const { outcome } = await createTestSender(sender).to(receiver).send("a.b", {});
  expect(outcome?.durationMs).toBeUndefined();
  expect(outcome?.trace.some(({ atMs }) => atMs !== undefined)).toBe(false);
  expect(heard).toEqual([]);
});
