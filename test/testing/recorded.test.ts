// From a real delivery to a fixture that holds no proof and no secret, and back to a delivery.

import express from "express";
import { createReceiver, defineSender, form, json, literal, query } from "hookgate";
import { basicAuth, staticToken } from "hookgate/auth";
import { github, slack, stripe } from "hookgate/senders";
import { createTestSender, type RecordedDelivery, recordDeliveries, replayDelivery } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { asInput, readRecorded } from "../../src/cli/verify/recorded.js";
import { quietLogger } from "../support/quiet.js";

const REAL = "whsec_of_production_0123456789";
const real = stripe({ secret: REAL });
const payload = { data: { object: { id: "in_1", client_secret: "pi_1_secret_hush", email: "ann@example.com" } } };

/** What was kept of deliveries, after a way through a file. */
async function record(
  send: (receiver: ReturnType<typeof build>) => Promise<unknown>,
  options?: Parameters<typeof recordDeliveries>[1],
) {
  const receiver = build();
  const recording = recordDeliveries(receiver, options);
  await send(receiver);
  return JSON.parse(JSON.stringify(recording.stop())) as RecordedDelivery[];
}
const build = () => createReceiver(real, { logger: quietLogger, onError() {} }).on("*", () => undefined);

describe("recordDeliveries", () => {
  it("keeps a delivery without its proof, its secrets and whose address it was", async () => {
    const [kept] = await record((receiver) =>
      createTestSender(real).send(receiver, {
        type: "invoice.paid",
        payload,
        headers: {
          "user-agent": "Stripe/1.0",
          cookie: "hush",
          "x-forwarded-for": "192.0.2.1",
          "x-internal-token": "hush",
        },
      }),
    );
    const { client_secret: _, ...rest } = payload.data.object;
    expect(kept).toMatchObject({ method: "POST", url: "/webhooks/stripe", sender: "stripe", outcome: "processed" });
    expect(Object.fromEntries(kept?.headers ?? [])).toEqual({
      "content-type": "application/json",
      "user-agent": "Stripe/1.0",
    });
    expect(JSON.parse(kept?.body ?? "")).toMatchObject({
      type: "invoice.paid",
      data: { object: { ...rest, client_secret: "[scrubbed]" } },
    });
    expect(JSON.stringify(kept)).not.toMatch(/hush|192\.0\.2\.1|v1=|whsec/);
    expect(Date.parse(kept?.receivedAt ?? "")).toBeLessThanOrEqual(Date.now());
  });

  it("removes the personal data that it is given the names of", async () => {
    const [kept] = await record((receiver) => createTestSender(real).send(receiver, { type: "a.b", payload }), {
      scrub: (given) => JSON.parse(JSON.stringify(given).replaceAll("ann@example.com", "someone@example.com")),
    });
    expect(kept?.body).not.toContain("ann@");
    expect(kept?.body).toContain("someone@example.com");
  });

  it("keeps bytes with nothing to take out as they came, text or not", async () => {
    const body = '{ "id":"evt_bytes",\n"type":"a.b" , "n": 1.50 }';
    const [kept] = await record((receiver) => createTestSender(real).send(receiver, { body }));
    expect(kept?.body).toBe(body);
    const blob = defineSender({
      name: "blob",
      auth: basicAuth({ username: "u", password: "a-password" }),
      body: { "application/octet-stream": "bytes" },
      event: { type: literal("blob") },
    });
    const receiver = createReceiver(blob, { logger: quietLogger });
    const recording = recordDeliveries(receiver);
    await createTestSender(blob).send(receiver, { body: Buffer.from([0x80, 0xff]) });
    expect(recording.stop()[0]).toMatchObject({ bodyBase64: "gP8=" });
  });

  it("takes secrets out of forms and queries, and leaves the rest as it was written", async () => {
    const sender = defineSender({
      name: "forms",
      auth: staticToken({ token: "a-token-that-is-real-hush", at: query("key") }),
      body: { "application/x-www-form-urlencoded": "form" },
      event: { id: form("id"), type: form("type") },
    });
    const receiver = createReceiver(sender, { logger: quietLogger });
    const recording = recordDeliveries(receiver);
    const sent = await createTestSender(sender).send(receiver, {
      body: "id=1&type=a.b&api_key=hush&text=a+b%20c",
      url: "https://example.com/hooks?a=%2B&session_token=hush",
    });
    expect(sent.status).toBe(200);
    const [kept] = recording.stop();
    expect(kept?.body).toBe("id=1&type=a.b&api_key=%5Bscrubbed%5D&text=a+b%20c");
    expect(kept?.url).toBe("/hooks?a=%2B&session_token=%5Bscrubbed%5D");
    const test = defineSender({
      ...sender.definition,
      auth: staticToken({ token: "a-token-of-the-test-only", at: query("key") }),
    });
    const replayed = await replayDelivery(createReceiver(test, { logger: quietLogger }), kept as RecordedDelivery, {
      sender: test,
    });
    expect(replayed.status).toBe(200);
  });

  it("keeps nothing that a stranger sent, unless it is asked to", async () => {
    const forge = (receiver: ReturnType<typeof build>) =>
      createTestSender(real).send(receiver, { type: "a.b", wrongKey: true });
    expect(await record(forge)).toEqual([]);
    expect((await record(forge, { includeUnproven: true })).map(({ outcome }) => outcome)).toEqual(["unauthenticated"]);
  });

  it("keeps its own receiver's alone, so many, until it is stopped", async () => {
    const [one, two] = [build(), build()];
    const recording = recordDeliveries(one, { maxCount: 2 });
    const test = createTestSender(real);
    for (const receiver of [one, two, one, one]) await test.send(receiver, { type: "a.b" });
    expect([recording.deliveries.length, recording.missed]).toEqual([2, 1]);
    recording.stop();
    await test.send(one, { type: "a.b" });
    expect(recording.missed).toBe(1);
  });

  it("survives a scrub that throws, and keeps nothing unscrubbed", async () => {
    const kept = await record((receiver) => createTestSender(real).send(receiver, { type: "a.b", payload }), {
      scrub: () => {
        throw new Error("mine");
      },
    });
    expect(kept).toEqual([]);
  });

  it("refuses what is no receiver, and an option it does not know", () => {
    expect(() => recordDeliveries(() => undefined)).toThrow(/must come from createReceiver/);
    expect(() => recordDeliveries(build(), { maxcount: 1 } as never)).toThrow(/did you mean "maxCount"\?/);
  });

  it("writes what `hookgate verify --delivery` reads", async () => {
    const [kept] = await record((receiver) => createTestSender(real).send(receiver, { type: "a.b", payload }));
    const io = { readInput: async () => Buffer.from(JSON.stringify(kept)) };
    const read = await readRecorded({ text: () => undefined } as never, io as never, "-");
    expect(asInput(read)).toMatchObject({ method: "POST", url: "/webhooks/stripe" });
    expect(read.body.toString()).toBe(kept?.body);
  });
});

describe("replayDelivery", () => {
  it("sends the recorded event again, signed anew with the test's own secret, wherever a test sender can", async () => {
    const [kept] = await record((receiver) =>
      createTestSender(real).send(receiver, { type: "invoice.paid", payload, id: "evt_kept" }),
    );
    const sender = stripe({ secret: "whsec_of_the_tests_only_012345" });
    const seen: unknown[] = [];
    const fresh = () =>
      createReceiver(sender, { logger: quietLogger }).on("*", ({ id, type }) => void seen.push([id, type]));
    for (const target of [fresh(), express().use("/webhooks/stripe", fresh()), { fetch: fresh().fetch }]) {
      expect((await replayDelivery(target, kept as RecordedDelivery, { sender })).status).toBe(200);
    }
    expect(seen).toEqual(Array(3).fill(["evt_kept", "invoice.paid"]));
    const refused = await replayDelivery(build(), kept as RecordedDelivery, { sender });
    expect(refused.code).toBe("unauthenticated");
  });

  it.each([
    [
      "github",
      (secret: string) => github({ secret }),
      { type: "push", payload: { ref: "refs/heads/main", commits: [] } },
    ],
    [
      "slack",
      (secret: string) => slack({ secret }),
      { payload: { type: "event_callback", event_id: "E1", event: { type: "a" } } },
    ],
  ] as const)("works for %s", async (_, make, options) => {
    const sender = make("0123456789abcdef0123456789abcdef") as unknown as ReturnType<typeof defineSender>;
    const receiver = createReceiver(sender, { logger: quietLogger, onOutcome() {} }).on("*", () => undefined);
    const recording = recordDeliveries(receiver);
    const first = await createTestSender(sender).send(receiver, options as never);
    const [kept] = recording.stop();
    const test = make("fedcba9876543210fedcba9876543210") as unknown as ReturnType<typeof defineSender>;
    const ran: (string | undefined)[] = [];
    const replayed = await replayDelivery(
      createReceiver(test, { logger: quietLogger, onOutcome() {} }).on("*", ({ id }) => void ran.push(id)),
      kept as RecordedDelivery,
      { sender: test },
    );
    expect([replayed.status, ran]).toEqual([200, [first.id]]);
  });

  it("refuses what was never recorded", async () => {
    await expect(replayDelivery(build(), {} as never, { sender: real })).rejects.toThrow(/recordDeliveries has kept/);
  });
});

it("the row of a sender may keep more private", async () => {
  const sender = defineSender({
    name: "private",
    auth: basicAuth({ username: "u", password: "a-password" }),
    event: { type: json("type") },
    privateHeaders: ["X-Customer"],
  });
  const receiver = createReceiver(sender, { logger: quietLogger });
  const recording = recordDeliveries(receiver);
  await createTestSender(sender).send(receiver, { type: "a.b", headers: { "x-customer": "hush" } });
  expect(JSON.stringify(recording.stop())).not.toContain("hush");
});
