// docs/errors.md says what the code does: every outcome is there, with its status, and comes about as the page says.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import {
  createReceiver,
  type DedupeStore,
  Discard,
  defineSender,
  header,
  json,
  memoryStore,
  OUTCOMES,
  type OutcomeName,
  type Receiver,
  type ReceiverOptions,
  RetryLater,
  type Sender,
  spillTo,
  type WebhookErrorCode,
} from "hookgate";
import { bearerJwt, bearerToken, hmac } from "hookgate/auth";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { slack, stripe, tossPayments } from "hookgate/senders";
import { createTestSender, type SendOptions } from "hookgate/testing";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { quietLogger } from "../support/quiet.js";
import { until } from "../support/until.js";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const secret = "whsec_0123456789abcdef0123456789";
const sender = stripe({ secret });
const path = "/webhooks/stripe";

describe("each outcome has an entry with its status", () => {
  const entries = page
    .slice(page.indexOf("## Outcomes"), page.indexOf("## Failures"))
    .split("### ")
    .slice(1)
    .map((text) => ({ name: /^`(\w+)`/.exec(text)?.[1], text }));

  it("in the order of the table, none missing and none too many", () => {
    expect(entries.map(({ name }) => name)).toEqual(Object.keys(OUTCOMES));
  });
  it.each(entries)("$name", ({ name, text }) => {
    const { status, retry } = OUTCOMES[name as OutcomeName];
    const shown = status === "stop" ? "stop, else success" : status;
    expect(text).toContain(`**${shown} · again: ${retry ? "yes" : "no"}.**`);
    for (const line of ["- Sender: ", "- You: ", "- Reproduce: "]) expect(text).toContain(line);
  });
});

it("each code of a WebhookError has its row", () => {
  const codes: Record<WebhookErrorCode, true> = {
    handler_failed: true,
    handler_running: true,
    store_unavailable: true,
    undecided: true,
    misconfigured: true,
    invalid_event: true,
    internal_error: true,
    double_run: true,
    event_dead: true,
    complete_failed: true,
  };
  const table = page.slice(page.indexOf("## Failures"), page.indexOf("## Mistakes"));
  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code).sort()).toEqual(Object.keys(codes).sort());
});

describe("what the page says to do brings the outcome about", () => {
  interface Setup {
    readonly sender?: Sender<never>;
    readonly options?: ReceiverOptions;
    readonly handler?: (ends: Ends) => unknown;
    readonly key?: string;
    readonly before?: (app: express.Express) => unknown;
    readonly send?: SendOptions;
    /** Instead of one delivery: what is done, and which outcome counts. */
    readonly act?: (ends: Ends) => Promise<unknown>;
  }
  interface Ends {
    readonly receiver: Receiver<never>;
    readonly send: (options?: SendOptions) => Promise<unknown>;
    readonly port: () => Promise<number>;
    readonly told: OutcomeName[];
  }
  const batch = defineSender({
    name: "batch",
    auth: bearerToken({ token: secret }),
    event: { id: json("id"), type: json("type"), each: "events" },
  }) as unknown as Sender<never>;
  const broken = (): never => {
    throw new Error("the store is down");
  };
  const failing: DedupeStore = {
    name: "brokenStore",
    isShared: false,
    claim: broken,
    renew: broken,
    complete: broken,
    release: broken,
  };
  const buggy = defineSender({
    name: "buggy",
    auth: bearerToken({ token: secret }),
    event(_, payload) {
      if ((payload as { type?: string } | undefined)?.type !== undefined) throw new Error("a bug");
      return { type: json("type") };
    },
  }) as unknown as Sender<never>;
  const failingSecret = stripe({
    secret() {
      throw new Error("the database is down");
    },
  }) as unknown as Sender<never>;
  const untilTold =
    (name: OutcomeName) =>
    ({ told }: Ends) =>
      until(() => told.includes(name));
  async function cutOff({ port, told }: Ends, isClosed: boolean): Promise<void> {
    const socket = connect(await port(), "127.0.0.1");
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
      () => isClosed && socket.destroy(),
    );
    socket.on("data", () => undefined);
    await until(() => told.length > 0);
    socket.destroy();
  }

  const ways: Record<Exclude<OutcomeName, "accepted">, Setup> = {
    processed: {},
    ignored: { send: { type: "customer.created" } },
    empty: { sender: batch, send: { body: '{"events":[]}' } },
    duplicate: {
      act: async ({ send }) => {
        const sent = await send();
        await send({ duplicateOf: sent as never });
      },
    },
    superseded: {
      options: {
        order: {
          key: () => "order 1",
          version: ({ payload }: { payload: unknown }) => (payload as { version: number }).version,
        },
      } as ReceiverOptions,
      act: async ({ send }) => {
        await send({ payload: { version: 2 } });
        await send({ payload: { version: 1 } });
      },
    },
    discarded: {
      handler: () => {
        throw new Discard("the order was deleted");
      },
    },
    handshake: {
      sender: slack({ secret }) as unknown as Sender<never>,
      send: { type: "url_verification", payload: { type: "url_verification", challenge: "c" } },
    },
    forbidden: { options: { allow: ["10.0.0.0/8"], trustedProxies: ["127.0.0.1"] }, send: { from: "203.0.113.7" } },
    method_not_allowed: { send: { method: "GET" } },
    too_many_headers: {
      send: { headers: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`x-${at}`, "1"])) },
    },
    body_too_large: { send: { payload: { text: "x".repeat(2_000_000) } } },
    bad_body: { act: (ends) => cutOff(ends, true) },
    unsupported_media_type: { send: { headers: { "content-type": "text/xml" } } },
    body_timeout: { options: { bodyTimeoutSeconds: 0.05 }, act: (ends) => cutOff(ends, false) },
    bad_credentials: { send: { headers: { "stripe-signature": "nonsense" }, unsigned: true } },
    unauthenticated: { send: { wrongKey: true } },
    undecided: { sender: failingSecret, key: secret },
    bad_payload: { send: { body: "{" } },
    unidentified: { send: { body: "1" } },
    invalid_event: { options: { events: { "invoice.paid": z.object({ total: z.number() }) } } as ReceiverOptions },
    in_flight: {
      handler: untilTold("in_flight"),
      act: ({ send }) => Promise.all([send({ id: "evt_1" }), send({ id: "evt_1" })]),
    },
    handler_failed: {
      handler: () => {
        throw new Error("no such table");
      },
    },
    handler_running: { options: { answerWithinSeconds: 0.05 }, handler: untilTold("handler_running") },
    retry_later: {
      handler: () => {
        throw new RetryLater({ afterSeconds: 30 });
      },
    },
    store_unavailable: { options: { dedupe: { store: failing } } },
    closing: {
      act: async ({ receiver, send }) => {
        await receiver.close();
        await send();
      },
    },
    overloaded: {
      options: { maxConcurrent: 1 },
      handler: untilTold("overloaded"),
      act: ({ send }) => Promise.all([send(), send()]),
    },
    misconfigured: { before: (app) => app.use(express.json()) },
    internal_error: { sender: buggy, send: { body: '{"type":"a"}' } },
  };

  it.each(Object.entries(ways))("%s", async (name, setup) => {
    const told: OutcomeName[] = [];
    const statuses: number[] = [];
    const used = setup.sender ?? (sender as unknown as Sender<never>);
    const receiver = createReceiver(used as unknown as Sender, {
      ...setup.options,
      onOutcome: (outcome) => {
        told.push(outcome.name);
        statuses.push(outcome.reply.status);
      },
      onError: () => undefined,
      logger: quietLogger,
    });
    const app = express();
    setup.before?.(app);
    app.use(path, receiver);
    const test = createTestSender(used as Sender<never>, setup.key === undefined ? {} : { key: setup.key });
    const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
      const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
    });
    const send = (options: SendOptions = {}) => {
      const isWhole = options.duplicateOf !== undefined || options.body !== undefined;
      return test.send(server, { type: "invoice.paid", ...(isWhole ? {} : { payload: {} }), path, ...options });
    };
    const port = async () => (server.address() as { port: number }).port;
    const ends: Ends = { receiver: receiver as never, send, port, told };
    receiver.on("invoice.paid", () => setup.handler?.(ends));
    try {
      if (setup.act === undefined) await send({ ...setup.send });
      else await setup.act(ends);
      expect(told).toContain(name);
      const { status } = OUTCOMES[name as OutcomeName];
      expect(statuses[told.indexOf(name as OutcomeName)]).toBe(typeof status === "number" ? status : 200);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("each hint of misconfigured begins as the page says", () => {
  interface Wiring {
    readonly before?: (app: express.Express) => unknown;
    readonly options?: ReceiverOptions;
    readonly sender?: Sender;
    readonly isBare?: true;
  }
  const throwing = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate() {
        throw new Error("a bug");
      },
    },
  };
  const otherBytes: express.RequestHandler = (req, _, next) => {
    req.on("data", () => undefined);
    req.on("end", () => {
      Object.assign(req, { rawBody: Buffer.from("{}\n") });
      next();
    });
  };
  const decoding: express.RequestHandler = (req, _, next) => {
    req.setEncoding("utf8");
    next();
  };
  const orderedBy = (key: () => unknown, version = 1): Wiring => ({
    options: { order: { key, version: () => version } } as ReceiverOptions,
  });
  const wirings: readonly (readonly [hint: string, wiring: Wiring])[] = [
    ["the body was read before it came to the receiver", { before: (app) => app.use(express.json()) }],
    ["the body kept upstream has", { before: (app) => app.use(otherBytes) }],
    ["something before the receiver reads the body too", { before: (app) => app.use(decoding) }],
    [
      'clientAddress is "express" while',
      { before: (app) => app.set("trust proxy", true), options: { clientAddress: "express" } },
    ],
    ['clientAddress is "express", but', { options: { clientAddress: "express" }, isBare: true }],
    ["hmac: secret: the function answered undefined", { sender: stripe({ secret: () => undefined }) as never }],
    ["the schema for", { options: { events: { "invoice.paid": throwing } } as never }],
    ["order.key or order.version threw", orderedBy(() => JSON.parse("{"))],
    ["order.key must return", orderedBy(() => 5)],
    ["order.version must return", orderedBy(() => "a", -1)],
  ];

  it.each(wirings)("%s", async (hint, wiring) => {
    const hints: (string | undefined)[] = [];
    const receiver = createReceiver(wiring.sender ?? (sender as unknown as Sender), {
      ...wiring.options,
      onOutcome: (outcome) => hints.push(outcome.name === "misconfigured" ? outcome.hint : outcome.name),
      onError: () => undefined,
    }).on("invoice.paid", () => undefined);
    const app = express();
    wiring.before?.(app);
    app.use(path, receiver);
    const test = createTestSender(sender, { key: secret });
    const target = wiring.isBare ? createServer(receiver) : app;
    const sent = await test.send(target, { type: "invoice.paid", payload: {}, path });
    expect(sent).toMatchObject({ status: 500, code: "misconfigured" });
    expect(hints[0]?.startsWith(hint), hints[0]).toBe(true);
    expect(page).toContain(`| \`${hint}\` | `);
  });

  it("and no other hint is on the page", () => {
    const entry = page.slice(page.indexOf("### `misconfigured`"), page.indexOf("### `internal_error`"));
    expect([...entry.matchAll(/^\| `([^|]+)` \| /gm)].map(([, hint]) => hint)).toEqual(wirings.map(([hint]) => hint));
  });
});

describe("each mistake says what the page says it says", () => {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-errors-"));
  const inbox = () => sqliteInbox(join(folder, "events.db"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const event = { type: json("type") };
  const auth = bearerToken({ token: secret });
  const build = (options: object) => () => createReceiver(sender, options);
  const prefixed = { header: "x-signature", encoding: "hex" } as const;
  const mistakes: readonly (readonly [message: string, make: () => unknown])[] = [
    ['createReceiver: unknown option "toleranceSecs"; did you mean "toleranceSeconds"?', build({ toleranceSecs: 1 })],
    [
      "sender must come from hookgate/senders, such as stripe({ secret }), or from defineSender",
      () => createReceiver(stripe as never),
    ],
    [
      "secret is missing; set the environment variable, or give a function to read it per delivery",
      () => stripe({ secret: undefined }),
    ],
    [
      "has white space around it; a secret read from a file often ends in a line break",
      () => stripe({ secret: `${secret}\n` }),
    ],
    [
      "is a PEM document; a key pair's key is not a shared secret",
      () => stripe({ secret: "-----BEGIN PUBLIC KEY-----" }),
    ],
    ["at most 5 secrets are tried; got 6", () => stripe({ secret: [..."123456"].map((one) => secret + one) })],
    ['maxBodyBytes must be a whole number, 1 or more; got "1mb"', build({ maxBodyBytes: "1mb" })],
    ["toleranceSeconds must be a number of seconds from 0 to", build({ toleranceSeconds: -1 })],
    [
      "dedupe.retentionSeconds must be at least twice toleranceSeconds (600)",
      build({ dedupe: { retentionSeconds: 60 } }),
    ],
    [
      "Give each its own scope",
      () => {
        const store = memoryStore();
        createReceiver(sender, { dedupe: { store } });
        createReceiver(sender, { dedupe: { store } });
      },
    ],
    [
      "order needs a store that keeps versions, and there is no dedupe",
      build({ dedupe: false, order: { key: () => "a", version: () => 1 } }),
    ],
    ["scope is required on the shared sqliteInbox", () => createReceiver(sender, { inbox: inbox() })],
    [
      "dedupe cannot go with inbox",
      () => createReceiver(sender, { scope: "test", inbox: inbox(), dedupe: {} } as never),
    ],
    ["receiver.work: there is no inbox", () => createReceiver(sender).work()],
    ["guard cannot go with an inbox", () => createReceiver(sender, { scope: "test", inbox: inbox() }).guard],
    ["spillTo(inbox): inbox must be an inbox", () => spillTo({} as never)],
    ["must be a Standard Schema (zod 3.24+, valibot 1+, arktype 2+, …)", build({ events: { a: { total: Number } } })],
    ['"10.0.0.0/33" has no valid prefix length', build({ allow: ["10.0.0.0/33"] })],
    ["has bits set behind its prefix: write 10.0.0.0/8 for the network", build({ allow: ["10.0.0.1/8"] })],
    ["is a name, and names are not resolved", build({ allow: ["example.com"] })],
    ["holds every address of its kind", build({ allow: ["0.0.0.0/0"] })],
    [
      "needs trustedProxies: without them anyone could write that header",
      build({ clientAddress: { header: "cf-connecting-ip" } }),
    ],
    [
      'exclude each other: Express has its own "trust proxy"',
      build({ clientAddress: "express", trustedProxies: ["10.0.0.0/8"] }),
    ],
    ["publicUrl must be an absolute http(s) URL without fragment", build({ publicUrl: "example.com" })],
    [
      "one event runs one handler",
      () =>
        createReceiver(sender)
          .on("a", () => 1)
          .on("a", () => 2),
    ],
    [
      "failures of handlers and stores go to the option onError",
      () => createReceiver(sender).on("error", () => undefined),
    ],
    ["a star stands alone or at the end after a dot", () => createReceiver(sender).on("a*", () => undefined)],
    ["name must match", () => defineSender({ name: "My ERP", auth, event })],
    [
      "auth must be one of hookgate/auth, such as hmac(…) or bearerToken(…)",
      () => defineSender({ name: "erp", auth: undefined as never, event }),
    ],
    ["event.type must say where the type is", () => defineSender({ name: "erp", auth, event: {} as never })],
    [
      "is not signed, so it says nothing about freshness",
      () => hmac({ secret, signed: "{body}", timestamp: header("x-time", "unix-seconds"), signature: prefixed }),
    ],
    [
      "timestamp must say how the time is written",
      () => hmac({ secret, signed: "{timestamp}.{body}", timestamp: header("x-time") as never, signature: prefixed }),
    ],
    [
      "signed has an unknown placeholder {rawBody}; did you mean {body}?",
      () => hmac({ secret, signed: "{rawBody}", signature: prefixed }),
    ],
    [
      "exactly one of publicKey, keys, jwksUrl, jwks, secret, x5c is needed; got none",
      () => bearerJwt({ issuer: "https://id.example.com", audience: "a" } as never),
    ],
    [
      "jwksUrl must be https",
      () => bearerJwt({ issuer: "https://id.example.com", audience: "a", jwksUrl: "http://id.example.com/jwks" }),
    ],
    [
      '"none" means unsigned, which proves nothing',
      () =>
        bearerJwt({
          issuer: "https://id.example.com",
          audience: "a",
          jwksUrl: "https://id.example.com/jwks",
          algorithms: ["none" as never],
        }),
    ],
    ["tossPayments: confirm(event) is required", () => tossPayments({ securityKey: secret } as never)],
    ["this request did not come through receiver.guard", () => createReceiver(sender).events({} as never)],
  ];
  it.each(mistakes)("%s", (message, make) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    expect(page).toContain(`| \`${message}\` |`);
  });

  it("a handler that is registered too late", async () => {
    const receiver = createReceiver(sender, { onOutcome: () => undefined });
    await createTestSender(sender).send(receiver, { type: "a" });
    const message = "Register all handlers before the receiver is mounted";
    expect(() => receiver.on("a", () => undefined)).toThrow(message);
    expect(page).toContain(`| \`${message}\` |`);
  });
  it("a test that says two things", async () => {
    const message = "unsigned and wrongKey exclude each other";
    const sending = createTestSender(sender).send(createReceiver(sender), { unsigned: true, wrongKey: true });
    await expect(sending).rejects.toThrow(message);
    expect(page).toContain(`| \`${message}\` |`);
  });
  it("every row of the page is tried", () => {
    const table = page.slice(page.indexOf("## Mistakes"));
    const rows = [...table.matchAll(/^\| [^|]+ \| `([^|]+)` \| /gm)].map(([, message]) => message);
    const tried = mistakes.map(([message]) => message);
    expect(rows.filter((row) => !tried.includes(row as string))).toEqual([
      "Register all handlers before the receiver is mounted",
      "unsigned and wrongKey exclude each other",
    ]);
  });
});
