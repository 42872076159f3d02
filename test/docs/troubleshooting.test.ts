// docs/troubleshooting.md says what the package does: each symptom is brought about, and shows as the page says.
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import express, { type RequestHandler } from "express";
import { createReceiver, memoryStore, type Outcome, type ReceiverOptions } from "hookgate";
import { strava, stripe, twilio } from "hookgate/senders";
import { createTestSender, type SendOptions } from "hookgate/testing";
import request from "supertest";
import { afterEach, describe, expect, it, vi } from "vitest";

const page = readFileSync(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");
const secret = "whsec_of_the_tests_only_0123456";
const sender = stripe({ secret });
const path = "/webhooks/stripe";
const tampered = Buffer.from('{"id":"evt_1", "type":"a"}');

/** What the page has under a heading. */
function section(heading: string): string {
  const [, after] = page.split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`no section "${heading}"`);
  return after.split("\n## ")[0] ?? "";
}

interface Case {
  readonly heading: string;
  /** Quoted by the page, and part of the hint. */
  readonly hint?: string;
  readonly receiver?: typeof sender;
  readonly options?: ReceiverOptions;
  readonly before?: RequestHandler;
  readonly send?: Partial<SendOptions>;
  readonly type?: string;
}

const wellFormed = "the signature is well-formed and wrong";
const behindProxy = { "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https" };
const cases: readonly (readonly [string, string, Case])[] = [
  [
    "another secret",
    "unauthenticated",
    { heading: "Every delivery is 401", hint: wellFormed, receiver: stripe({ secret: `${secret}x` }) },
  ],
  [
    "a changed body",
    "unauthenticated",
    { heading: "Every delivery is 401", hint: wellFormed, before: keepInstead(tampered) },
  ],
  [
    "no signature",
    "unauthenticated",
    { heading: "Every delivery is 401", hint: "no signature", send: { unsigned: true } },
  ],
  [
    "a clock that is wrong",
    "unauthenticated",
    { heading: "Every delivery is 401", hint: "genuine, but signed", options: { now: () => Date.now() + 600_000 } },
  ],
  [
    "an allowlist behind a proxy",
    "forbidden",
    { heading: "It works with curl, not behind nginx", hint: "is not in allow", options: { allow: ["192.0.2.7"] } },
  ],
  [
    "https behind a proxy",
    "forbidden",
    {
      heading: "It works with curl, not behind nginx",
      hint: "the connection is not encrypted",
      options: { requireHttps: true },
    },
  ],
  [
    "both, and the proxy is trusted",
    "processed",
    {
      heading: "It works with curl, not behind nginx",
      options: { allow: ["192.0.2.7"], requireHttps: true, trustedProxies: ["127.0.0.1", "::1"] },
      send: { headers: behindProxy },
    },
  ],
  [
    "a body parser that comes first",
    "misconfigured",
    {
      heading: "Every delivery is 500 `misconfigured`",
      hint: "the body was read before it came to the receiver",
      before: express.json(),
    },
  ],
  [
    "a type that nobody handles",
    "ignored",
    { heading: "The handler does not run, and the sender gets 200", type: "invoice.payed" },
  ],
];

it("an API key in place of the secret is a TypeError when the sender is built", () => {
  expect(() => stripe({ secret: "sk_live_0123456789abcdef0123456789" })).toThrow(/secret is an API key/);
});

/** As a proxy or a parser that hands on other bytes, of the same length or not told of it. */
function keepInstead(bytes: Buffer): RequestHandler {
  return (req, _, next) => {
    req.resume().once("end", () => {
      (req as IncomingMessage & { rawBody?: Buffer }).rawBody = bytes;
      req.headers["content-length"] = String(bytes.length);
      req.rawHeaders = Object.entries(req.headers).flatMap(([name, value]) => [name, String(value)]);
      next();
    });
  };
}

async function deliver({ receiver = sender, options, before, send, type = "a" }: Case): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  const onOutcome = (outcome: Outcome) => outcomes.push(outcome);
  const mounted = createReceiver(receiver, { ...options, onOutcome, onError: () => undefined });
  mounted.on("a", () => undefined);
  const app = express();
  if (before !== undefined) app.use(before);
  app.use(path, mounted);
  await createTestSender(sender).send(app, { type, path, payload: {}, ...send });
  return outcomes[0] as Outcome;
}

describe("what refuses a delivery shows in the outcome and its hint", () => {
  it.each(cases)("%s: %s", async (_, name, one) => {
    const outcome = await deliver(one);
    expect(outcome.name).toBe(name);
    if (name !== "processed") expect(one.heading + section(one.heading)).toContain(name);
    if (one.hint === undefined) return;
    expect(section(one.heading)).toContain(one.hint);
    expect(outcome.trace.at(-1)?.hint ?? outcome.hint).toContain(one.hint);
  });

  it("a body that something has compressed: unsupported_media_type", async () => {
    const receiver = createReceiver(sender, { onOutcome: () => undefined });
    const { headers, body } = await createTestSender(sender).sign({ type: "a" });
    const { reply, name } = await receiver.receive({
      headers: { ...headers, "content-encoding": "gzip" },
      body: gzipSync(body),
    });
    expect([name, reply.status]).toEqual(["unsupported_media_type", 415]);
  });
});

it("a sender that verifies its URL by GET is let through by app.use, and not by app.post", async () => {
  const receiver = createReceiver(strava({ verifyToken: "tok_0123456789abcdef", confirm: () => true }));
  const query = "hub.mode=subscribe&hub.challenge=abc&hub.verify_token=tok_0123456789abcdef";
  const used = await request(express().use(path, receiver)).get(`${path}?${query}`);
  const posted = await request(express().post(path, receiver)).get(`${path}?${query}`);
  expect([used.status, posted.status]).toEqual([200, 404]);
});

describe("the handler runs twice", () => {
  it("with a store for each process, and once with one for both", async () => {
    for (const [stores, runs] of [
      [[memoryStore(), memoryStore()], 2],
      [Array(2).fill(memoryStore()), 1],
    ] as const) {
      let ran = 0;
      const receivers = stores.map((store, at) =>
        // Two processes on one store have one scope; in this process two receivers may not share one.
        at === 0 || stores[0] !== store
          ? createReceiver(sender, { dedupe: { store } }).on("a", () => ran++)
          : undefined,
      );
      const sent = await createTestSender(sender).send(receivers[0] as never, { type: "a" });
      await createTestSender(sender).send((receivers[1] ?? receivers[0]) as never, { duplicateOf: sent });
      expect(ran).toBe(runs);
    }
  });

  it("where it failed after its effect, unless the effect is in context.once", async () => {
    const effects: string[] = [];
    const receiver = createReceiver(sender, { onOutcome: () => undefined, onError: () => undefined });
    receiver.on("a", async (_, context) => {
      effects.push("bare");
      await context.once("charge", () => {
        effects.push("once");
        return null;
      });
      if (context.attempt === 1) throw new Error("the mail server is down");
    });
    const test = createTestSender(sender).to(receiver);
    const sent = await test.send("a", {});
    await test.send("a", {}, { duplicateOf: sent });
    expect(effects).toEqual(["bare", "once", "bare"]);
  });
});

describe("the app does not start, and the message is on the page", () => {
  const wrong: readonly (readonly [string, () => unknown])[] = [
    ["secret is missing; set the environment variable, or give a function", () => stripe({ secret: undefined })],
    ["secret has white space around it", () => stripe({ secret: `${secret}\n` })],
    [
      'unknown option "tolerance"; did you mean "toleranceSeconds"?',
      () => createReceiver(sender, { tolerance: 5 } as ReceiverOptions),
    ],
    [
      "publicUrl is required for twilio, which signs the URL it calls",
      () => createReceiver(twilio({ secret: "0123456789abcdef0123456789abcdef" })),
    ],
    [
      "two receivers for stripe share one memoryStore",
      () => {
        const dedupe = { store: memoryStore() };
        return [createReceiver(sender, { dedupe }), createReceiver(sender, { dedupe })];
      },
    ],
  ];
  it.each(wrong)("%s", (message, build) => {
    expect(section("The app does not start")).toContain(message);
    expect(build).toThrow(message);
  });
});

describe("standard error", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  it("has the first of each kind, as the page quotes it", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "warn").mockImplementation((line) => void lines.push(String(line)));
    vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
    vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    const receiver = createReceiver(sender);
    for (let at = 0; at < 3; at++) await createTestSender(sender).send(receiver, { type: "a", wrongKey: true });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^hookgate \[stripe\] answered 401 unauthenticated: /);
  });
});
