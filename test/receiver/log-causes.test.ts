// Tests that log lines are keyed by cause, counted, and summarised at most once a minute.
import { type Logger, WebhookError } from "hookgate";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import winston from "winston";
import { LogCauses } from "../../src/receiver/log-causes.js";
import { ReceiverLogger } from "../../src/receiver/logger.js";
import { build, event, receiverOf, signed } from "./harness.js";

interface Written {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger without `info`: it gets a line for each cause. */
function listLogger() {
  const lines: Written[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: fields as Written["fields"], message });
  const logger: Logger = { warn: at("warn"), error: at("error") };
  return { lines, logger };
}

const forged = { "content-type": "application/json", "x-signature": `t=1,v1=${"0".repeat(64)}` };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

describe("a rejection has a line for each cause:", () => {
  it("a scanner's request does not hide a wrong secret", async () => {
    const { lines, logger } = listLogger();
    const { receiver } = receiverOf(undefined, { logger });
    const body = event();
    await receiver.receive({ url: "/wp-login.php", headers: { "content-type": "application/json" }, body });
    await receiver.receive({ url: "/webhooks/erp", headers: forged, body });
    expect(lines.map(({ fields }) => [fields.outcome, fields.check, fields.path])).toEqual([
      ["unauthenticated", "authenticate", "/wp-login.php"],
      ["unauthenticated", expect.any(String), "/webhooks/erp"],
    ]);
    expect(lines[0]?.message).not.toBe(lines[1]?.message);
  });

  it("repeats are counted, and summarised once a minute", async () => {
    const { lines, logger } = listLogger();
    const { receiver } = receiverOf(undefined, { logger });
    const send = () => receiver.receive({ headers: forged, body: event() });
    for (let at = 0; at < 42; at++) await send();
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(59_999);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(2);
    expect(lines[1]?.message).toMatch(/^41 more in the last 60 s, the latest: answered 401 unauthenticated: /);
    expect(lines[1]?.fields).toMatchObject({ count: 41, seconds: 60, outcome: "unauthenticated" });
    vi.advanceTimersByTime(600_000);
    expect(lines).toHaveLength(2);
    await send();
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(60_000);
    expect(lines[2]?.message).toMatch(/^1 more in the last 660 s/);
  });

  it("closing the receiver writes what was counted", async () => {
    const { lines, logger } = listLogger();
    const { receiver } = receiverOf(undefined, { logger });
    for (let at = 0; at < 3; at++) await receiver.receive({ headers: forged, body: event() });
    await receiver.close();
    expect(lines.map(({ fields }) => fields.count)).toEqual([undefined, 2]);
  });

  it("a stranger's paths, headers and bodies make neither many lines nor many causes", async () => {
    const { lines, logger } = listLogger();
    const { receiver } = receiverOf(undefined, { logger });
    for (let at = 0; at < 3_000; at++) {
      await receiver.receive({
        method: at % 3 === 0 ? "POST" : `M${at}`,
        url: `/${at}?x=${at}`,
        headers: {
          "content-type": at % 2 === 0 ? "application/json" : `text/x-${at}`,
          "x-signature": `t=${at},v${at}="${at}"`,
        },
        body: `{"id":"${at}"}`,
      });
    }
    expect(lines.length).toBeLessThan(150);
  });
});

describe("an error has a line for each cause:", () => {
  it("two different mistakes of handlers have a line each, with stack and cause", async () => {
    const { lines, logger } = listLogger();
    const { receiver } = build({ logger, onError: undefined as never, onOutcome: undefined as never });
    receiver.on("*", (one) => {
      if (one.type === "null") throw new TypeError("x is null", { cause: new Error("the row is gone") });
      throw new RangeError("too many");
    });
    for (const type of ["null", "many", "null", "many"]) {
      const body = event(type);
      await receiver.receive({ headers: signed(body), body });
    }
    expect(lines.map(({ message }) => message)).toEqual([
      "handler_failed: the handler for null threw: TypeError: x is null, caused by Error: the row is gone",
      "handler_failed: the handler for many threw: RangeError: too many",
    ]);
    expect((lines[0]?.fields.err as Error | undefined)?.stack).toContain("the handler for null threw");
    vi.advanceTimersByTime(60_000);
    expect(lines.slice(2).map(({ fields }) => fields.count)).toEqual([1, 1]);
  });

  it("one mistake at two places in the code is two causes", () => {
    const { lines, logger } = listLogger();
    const log = new ReceiverLogger({ name: "erp", logger, onOutcome: undefined, onError: undefined });
    const first = () => new WebhookError("handler_failed", "the handler for a threw", { cause: new Error("no row") });
    const second = () => new WebhookError("handler_failed", "the handler for a threw", { cause: new Error("no row") });
    for (const make of [first, second, first, second]) log.error(make());
    expect(lines).toHaveLength(2);
  });

  it("every dead event has a line", () => {
    const { lines, logger } = listLogger();
    const log = new ReceiverLogger({ name: "erp", logger, onOutcome: undefined, onError: undefined });
    for (let at = 0; at < 5; at++)
      log.error(new WebhookError("event_dead", "an event of type a is dead in the inbox: x"));
    expect(lines).toHaveLength(5);
  });

  it("an undecided delivery names its cause", async () => {
    const { lines, logger } = listLogger();
    const log = new ReceiverLogger({ name: "erp", logger, onOutcome: undefined, onError: undefined });
    const { receiver, outcomes } = build({});
    const body = event();
    await receiver.receive({ headers: signed(body), body });
    const error = new Error("the vault is sealed");
    const hint = "the secret could not be looked up";
    log.outcome({
      ...outcomes[0],
      name: "undecided",
      hint,
      error,
      reply: { status: 503, headers: {}, body: "" },
    } as never);
    expect(lines[0]?.message).toMatch(
      /^answered 503 undecided: the secret could not be looked up: Error: the vault is sealed\. /,
    );
    expect(lines[0]?.fields.err).toBe(error);
  });
});

describe("memory", () => {
  it("is bounded for any number of groups and reasons", () => {
    const causes = new LogCauses();
    let written = 0;
    for (let at = 0; at < 20_000; at++) causes.add(`group ${at % 1_000}`, `reason ${at}`, () => void written++);
    expect(written).toBeLessThanOrEqual(257 * 25);
    const before = written;
    vi.advanceTimersByTime(60_000);
    expect(written - before).toBeLessThanOrEqual(257);
  });
});

describe("one line with the same fields for", () => {
  const wanted = { outcome: "handler_failed", receiver: "erp" };
  async function fail(logger: Logger): Promise<void> {
    const { receiver } = build({ logger, onError: undefined as never, onOutcome: undefined as never });
    receiver.on("*", () => {
      throw new Error("mine\nsecond line", { cause: new Error("below") });
    });
    const body = event();
    await receiver.receive({ url: "/webhooks/erp", headers: signed(body), body });
  }

  it("pino", async () => {
    const lines: string[] = [];
    await fail(pino({ base: null }, { write: (text: string) => void lines.push(text) }));
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      code: "handler_failed",
      err: { stack: expect.stringContaining("below") },
    });
    expect(JSON.parse(lines[1] as string)).toMatchObject({ ...wanted, path: "/webhooks/erp" });
  });

  it("winston", async () => {
    const lines: Record<string, unknown>[] = [];
    const { Writable } = await import("node:stream");
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    const logger = winston.createLogger({
      format: winston.format.json(),
      transports: [new winston.transports.Stream({ stream })],
    });
    await fail(logger as unknown as Logger);
    expect(lines.map(({ level }) => level)).toEqual(["error", "error"]);
    expect(lines[0]).toMatchObject({
      message: expect.stringMatching(/^handler_failed: the handler/),
      code: "handler_failed",
      err: {
        type: "WebhookError",
        cause: { message: "mine\nsecond line", stack: expect.any(String), cause: { message: "below" } },
      },
    });
    expect(lines[1]).toMatchObject({
      ...wanted,
      path: "/webhooks/erp",
      message: expect.stringMatching(/^answered 500/),
    });
  });

  it.each(["console", "methods of console"])("%s", async (kind) => {
    const lines: unknown[][] = [];
    for (const level of ["info", "warn", "error"] as const)
      vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push(args));
    try {
      const { info, warn, error } = console;
      await fail((kind === "console" ? console : { info, warn, error }) as unknown as Logger);
    } finally {
      vi.restoreAllMocks();
    }
    expect(lines).toHaveLength(2);
    for (const args of lines)
      expect([args.length, typeof args[0], String(args[0]).split("\n").length]).toEqual([1, "string", 1]);
    expect(lines[0]?.[0]).toMatch(/^handler_failed: .* \{"err":\{"type":"WebhookError",.*"stack":.*"below"/);
    expect(lines[1]?.[0]).toMatch(/^answered 500 handler_failed .*"path":"\/webhooks\/erp"/);
  });

  it("standard error, which no stranger's text can break", async () => {
    const lines: string[] = [];
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    try {
      const { receiver } = receiverOf(undefined, { logger: undefined as never, onOutcome: undefined as never });
      await receiver.receive({ url: "/a\u001b[31m\nFORGED", headers: forged, body: event() });
    } finally {
      spy.mockRestore();
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^hookgate \[erp\] answered 401 unauthenticated: [^\n]*"path":"\/a[^\n]*\n$/);
    expect(lines[0]).not.toContain("\u001b");
  });
});
