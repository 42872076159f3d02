// The scenarios as functions: against receivers in this process, apps, and every sender that can be signed here.

import { createServer } from "node:http";
import express from "express";
import { createReceiver, defineSender, header, json } from "hookgate";
import { staticToken } from "hookgate/auth";
import { stripe } from "hookgate/senders";
import { runScenario, runScenarios, scenarioNames } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { quiet } from "../support/quiet.js";

const secret = "whsec_0123456789abcdef0123456789";
const sender = stripe({ secret });
const event = { type: "invoice.paid", payload: { data: { object: {} } } };

function counting() {
  let handled = 0;
  const receiver = createReceiver(sender, quiet);
  receiver.on("invoice.paid", () => void handled++);
  return { receiver, effects: () => handled };
}

describe("runScenarios passes", () => {
  it.each([
    ["a receiver in this process", () => counting(), 1],
    [
      "an Express app",
      () => {
        const { receiver, effects } = counting();
        return { receiver: express().use("/webhooks/stripe", receiver), effects };
      },
      0,
    ],
    [
      "a server",
      () => {
        const { receiver, effects } = counting();
        return { receiver: createServer(receiver), effects };
      },
      0,
    ],
    [
      "a fetch handler",
      () => {
        const { receiver, effects } = counting();
        return { receiver: { fetch: (request: Request) => receiver.fetch(request) }, effects };
      },
      1,
    ],
  ])("%s", async (_, make, skipped) => {
    const { receiver, effects } = make();
    const results = await runScenarios(sender, receiver as never, { ...event, effects });
    expect(results.map(({ name }) => name)).toEqual(scenarioNames);
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(results.filter(({ result }) => result === "skipped")).toHaveLength(skipped);
    expect(effects()).toBeGreaterThan(4);
  });
});

describe("runScenario", () => {
  it("reports the steps with their times", async () => {
    const result = await runScenario("duplicate", sender, counting().receiver, event);
    expect(result.steps).toMatchObject([
      { what: "an event", status: 200, error: undefined },
      { what: "the same event again", status: 200 },
      { what: "the same event a third time", status: 200 },
    ]);
    expect(result.steps.every(({ answeredMs }) => answeredMs >= 0)).toBe(true);
  });

  it("skips what a sender cannot do, and says why", async () => {
    const plain = defineSender({
      name: "plain",
      auth: staticToken({ token: secret, at: header("x-token") }),
      event: { id: json("id"), type: json("type") },
    });
    const receiver = createReceiver(plain, quiet);
    const results = await runScenarios(plain, receiver, { type: "a.b" });
    const skipped = results.filter(({ result }) => result === "skipped");
    expect(Object.fromEntries(skipped.map(({ name, notes }) => [name, notes[0]]))).toEqual({
      stale: expect.stringMatching(/signs no time/),
      future: expect.stringMatching(/signs no time/),
      tampered: expect.stringMatching(/binds nothing/),
      slow: expect.stringMatching(/HTTP/),
    });
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it("reports a problem where no answer comes within the time limit of the sender", async () => {
    const silent = createServer(() => undefined);
    const result = await runScenario("valid", sender, silent, { ...event, timeLimitSeconds: 0.1 });
    expect(result).toMatchObject({ result: "failed", problems: [expect.stringMatching(/no answer within 0\.1 s/)] });
  });

  it.each([
    [301, /do not follow redirects/],
    [404, /nothing takes deliveries/],
    [410, /ends the subscription|refused/],
    [500, /hears a failure/],
  ])("says what a sender makes of %d", async (status, words) => {
    const app = createServer((req, res) => void req.resume().on("end", () => res.writeHead(status).end()));
    const { problems } = await runScenario("valid", sender, app, event);
    expect(problems).toEqual([expect.stringMatching(words)]);
    const forged = await runScenario("unsigned", sender, app, event);
    expect(forged.result).toBe("failed");
  });

  it("is misuse for a misspelt scenario or option", async () => {
    await expect(runScenario("tamperd" as never, sender, "http://x", event)).rejects.toThrow(/did you mean tampered\?/);
    await expect(runScenario("valid", sender, "http://x", { ...event, effect: 1 } as never)).rejects.toThrow(/effects/);
  });
});
