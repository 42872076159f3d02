// What a logger is told: with `info` every outcome, once; without it each kind of refusal, once.

import { Discard, type Logger, type Outcome, RetryLater, WebhookError } from "hookgate";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { OUTCOMES, type OutcomeName, statusOf } from "../../src/core/outcomes.js";
import { UNKNOWN_SENDER } from "../../src/core/reply.js";
import { ReceiverLogger } from "../../src/receiver/logger.js";
import { quietLogger } from "../support/quiet.js";
import { build, erp, event, receiverOf, SECRET, signed } from "./harness.js";

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [name: string]: unknown;
}

/** A real pino that writes into a list. */
function pinoLines() {
  const lines: Line[] = [];
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (text: string) => void lines.push(JSON.parse(text) as Line) },
  );
  return { lines, logger };
}
const wrong = { "content-type": "application/json", "x-signature": `t=1,v1=${"0".repeat(64)}` };

describe("a logger with info", () => {
  it("gets one line of every outcome, at a level by what it means, with the operator's hint", async () => {
    const { lines, logger } = pinoLines();
    const { receiver } = receiverOf(
      (one) => {
        if (one.type === "fails") throw new Error("mine");
        if (one.type === "later") throw new RetryLater();
        if (one.type === "drop") throw new Discard("too old");
      },
      { logger, onError: () => undefined },
    );
    const send = (body: string, headers: Record<string, string> = signed(body)) => receiver.receive({ headers, body });
    const body = event("made", "evt_log");
    await send(body);
    await send(body);
    await send(body, wrong);
    await send(event("fails"));
    await send(event("later"));
    await send(event("drop"));
    expect(lines.map(({ level, outcome, status }) => [level, outcome, status])).toEqual([
      ["info", "processed", 200],
      ["info", "duplicate", 200],
      ["warn", "unauthenticated", 401],
      ["error", "handler_failed", 500],
      ["warn", "retry_later", 503],
      ["info", "discarded", 200],
    ]);
    expect(lines[0]?.msg).toBe("answered 200 processed made");
    expect(lines[0]).toMatchObject({
      receiver: "erp",
      via: "delivery",
      path: "/",
      events: [{ id: "evt_log", type: "made" }],
    });
    expect(lines[0]?.durationMs).toEqual(expect.any(Number));
    expect(lines[2]?.msg).toMatch(/^answered 401 unauthenticated: the signature is well-formed and wrong: .*/);
    expect(lines[3]?.err).toMatchObject({ code: "handler_failed" });
    expect(lines[5]?.msg).toBe("answered 200 discarded drop: too old");
  });

  it("gets what failed on a line of its own, with its stack, every time", async () => {
    const { lines, logger } = pinoLines();
    const { receiver } = build({ logger, onError: undefined as never });
    receiver.on("*", () => {
      throw new Error("mine");
    });
    for (const body of [event(), event()]) await receiver.receive({ headers: signed(body), body });
    expect(lines.map(({ level, code, outcome }) => [level, code ?? outcome])).toEqual([
      ["error", "handler_failed"],
      ["error", "handler_failed"],
      ["error", "handler_failed"],
      ["error", "handler_failed"],
    ]);
    expect(JSON.stringify(lines[0]?.err)).toContain("mine");
    expect(lines[1]?.err).toBeUndefined();
  });

  it("goes beside onOutcome", async () => {
    const { lines, logger } = pinoLines();
    const { receiver, outcomes } = build({ logger });
    receiver.on("*", () => undefined);
    const body = event();
    await receiver.receive({ headers: signed(body), body });
    expect([lines.length, outcomes.length]).toEqual([1, 1]);
  });

  it("gets at most ten events of a batch, and their number", async () => {
    const { lines, logger } = pinoLines();
    const { receiver } = receiverOf(undefined, { logger }, { event: { ...eventRow, each: "items" } });
    const body = JSON.stringify({ items: Array.from({ length: 30 }, (_, at) => ({ id: `evt_b${at}`, type: "made" })) });
    await receiver.receive({ headers: signed(body), body });
    expect(lines[0]).toMatchObject({ eventCount: 30 });
    expect(lines[0]?.events).toHaveLength(10);
  });

  it("gets no bodies, queries, credentials or secrets", async () => {
    const { lines, logger } = pinoLines();
    const { receiver } = receiverOf(undefined, { logger });
    const body = event("made", "evt_private", { card: "4242424242424242" });
    await receiver.receive({ url: "/hooks?token=hush", headers: signed(body), body });
    await receiver.receive({
      url: "/hooks?token=hush",
      headers: { ...signed(body), "x-signature": "t=1,v1=aa" },
      body,
    });
    const text = JSON.stringify(lines);
    for (const secret of ["4242", "hush", SECRET, signed(body)["x-signature"] as string])
      expect(text).not.toContain(secret);
  });
});

it("a logger without info gets a line of each kind of refusal, once", async () => {
  const lines: string[] = [];
  const logger: Logger = { ...quietLogger, warn: (_, line) => void lines.push(line) };
  const { receiver } = receiverOf(undefined, { logger });
  const body = event();
  await receiver.receive({ headers: signed(body), body });
  for (let at = 0; at < 2; at++) await receiver.receive({ headers: wrong, body });
  expect(lines).toHaveLength(1);
});

describe("a line of a log ends every sentence once", () => {
  const hints = [undefined, "a cause", "a cause.", "a cause: why?", "cut off…"];
  const names = Object.keys(OUTCOMES) as OutcomeName[];
  const outcome = (name: OutcomeName, hint: string | undefined, via: Outcome["via"]): Outcome => ({
    name,
    hint,
    via,
    retry: OUTCOMES[name].retry,
    retryAfterSeconds: undefined,
    reply: { status: statusOf(name, UNKNOWN_SENDER), headers: {}, body: "" },
    events: [],
    trace: [],
    error: undefined,
    sender: "erp",
    scope: undefined,
    durationMs: undefined,
    method: "POST",
    path: "/",
    clientAddress: undefined,
    isLate: false,
  });
  const isWellEnded = (line: string) =>
    !/[.!?…]\.(\s|$)/.test(line) && !/[^.!?…] (Later ones|Read|Register)/.test(line);

  it.each(names)("%s", (name) => {
    for (const hint of hints) {
      const lines = [...linesOf(outcome(name, hint, "delivery")), ...linesOf(outcome(name, hint, "inbox"))];
      expect(lines.length).toBeGreaterThanOrEqual(4);
      expect(lines.filter((line) => !isWellEnded(line))).toEqual([]);
    }
  });

  function linesOf(one: Outcome): readonly string[] {
    const lines: string[] = [];
    const write = (_: object, line: string) => void lines.push(line);
    for (const info of [write, undefined]) {
      const logger: Logger = { warn: write, error: write, ...(info === undefined ? {} : { info }) };
      const operator = new ReceiverLogger({ name: "erp", logger, onOutcome: undefined, onError: undefined });
      operator.outcome(one);
      operator.error(new WebhookError("handler_failed", one.hint ?? "it threw"));
    }
    return lines;
  }
});

const eventRow = erp().definition.event as { readonly id: never; readonly type: never };
