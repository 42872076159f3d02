import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import {
  createReceiver,
  type DedupeStore,
  Discard,
  memoryStore,
  OUTCOMES,
  type ReceiverOptions,
  RetryLater,
  type SenderDefinition,
} from "hookgate";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Answer,
  acme,
  deliver,
  eventBody,
  listen,
  post,
  problem,
  type Run,
  receiverOf,
  type Sending,
  signed,
} from "./harness.js";

interface Row {
  readonly outcome: string;
  readonly when: string;
  readonly run?: Run;
  readonly options?: ReceiverOptions;
  readonly sender?: Partial<SenderDefinition>;
  /** Before the delivery that is asserted. */
  readonly before?: (port: number, receiver: ReturnType<typeof receiverOf>["receiver"]) => unknown;
  readonly send?: Sending;
  readonly told: readonly [status: number, title?: string];
  readonly headers?: Record<string, string>;
  readonly calls?: number;
}

const down: DedupeStore = {
  ...memoryStore(),
  name: "down",
  isShared: false,
  claim: () => Promise.reject(new Error("down")),
  renew: () => "lost",
  complete: () => "lost",
  release: () => "lost",
};
const full = eventBody();
const now = Math.floor(Date.now() / 1000);
const forever: Run = () => sleep(400);
const invalid = {
  "~standard": { version: 1 as const, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) },
};
const throws: Run = () => {
  throw new Error("the secret cause");
};

const rows: Row[] = [
  { outcome: "processed", when: "the handler returns", told: [200], calls: 1 },
  {
    outcome: "ignored",
    when: "no handler takes the type",
    told: [200],
    send: { headers: signed(full), body: full },
    options: {},
    sender: { event: { type: { kind: "text", in: "literal", name: "nobody" } } },
  },
  {
    outcome: "empty",
    when: "the batch is empty",
    told: [200],
    sender: { event: { type: { kind: "text", in: "json", name: "type" }, each: "items" } },
    send: { headers: signed('{"items":[]}'), body: '{"items":[]}' },
  },
  { outcome: "duplicate", when: "the event was handled", told: [200], before: (port) => deliver(port), calls: 1 },
  {
    outcome: "discarded",
    when: "the handler throws Discard",
    told: [200],
    run: () => {
      throw new Discard("never");
    },
    calls: 1,
  },
  {
    outcome: "handshake",
    when: "the sender shakes hands",
    told: [200],
    sender: {
      handshakes: [
        { name: "hi", methods: ["GET"], isUnsigned: true, answer: () => ({ status: 200, headers: {}, body: "" }) },
      ],
    },
    send: { method: "GET" },
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  },
  {
    outcome: "forbidden",
    when: "the address is not allowed",
    told: [403, "Forbidden"],
    options: { allow: ["203.0.113.0/24"] },
  },
  {
    outcome: "method_not_allowed",
    when: "the method is not the sender's",
    told: [405, "Method Not Allowed"],
    send: { method: "PUT", headers: signed(full), body: full },
    headers: { allow: "POST" },
  },
  {
    outcome: "too_many_headers",
    when: "101 headers come",
    told: [431, "Request Header Fields Too Large"],
    send: { headers: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`x-${at}`, "1"])), body: full },
  },
  {
    outcome: "body_too_large",
    when: "the body is over the limit",
    told: [413, "Payload Too Large"],
    options: { maxBodyBytes: full.length - 1 },
  },
  {
    outcome: "unsupported_media_type",
    when: "the type is another",
    told: [415, "Unsupported Media Type"],
    send: { headers: { ...signed(full), "content-type": "text/plain" }, body: full },
  },
  {
    outcome: "bad_credentials",
    when: "the signature is malformed",
    told: [400, "Bad Request"],
    send: { headers: { ...signed(full), "x-signature": "t=1,v1=zz" }, body: full },
  },
  {
    outcome: "unauthenticated",
    when: "the signature is wrong",
    told: [401, "Unauthorized"],
    send: { headers: signed(full, now, "another secret of this test"), body: full },
  },
  {
    outcome: "unauthenticated",
    when: "the signature is absent",
    told: [401, "Unauthorized"],
    send: { headers: { "content-type": "application/json" }, body: full },
  },
  {
    outcome: "unauthenticated",
    when: "the delivery is stale",
    told: [401, "Unauthorized"],
    send: { headers: signed(full, now - 302), body: full },
  },
  {
    outcome: "unauthenticated",
    when: "the delivery is from the future",
    told: [401, "Unauthorized"],
    send: { headers: signed(full, now + 302), body: full },
  },
  {
    outcome: "undecided",
    when: "the keys cannot be had",
    told: [503, "Service Unavailable"],
    sender: {
      auth: {
        scheme: "x",
        covers: { body: false, method: false, url: false, headers: [] },
        signsTime: false,
        credentialHeaders: [],
        needsPublicUrl: false,
        verify: () => {
          throw new Error("down");
        },
      },
    },
    headers: { "retry-after": "30" },
  },
  {
    outcome: "bad_payload",
    when: "the body is not JSON",
    told: [400, "Bad Request"],
    send: { headers: signed("{"), body: "{" },
  },
  {
    outcome: "unidentified",
    when: "the id is missing",
    told: [400, "Bad Request"],
    send: { headers: signed('{"type":"a"}'), body: '{"type":"a"}' },
  },
  {
    outcome: "invalid_event",
    when: "the schema does not fit",
    told: [500, "Internal Server Error"],
    options: { events: { "thing.made": invalid } } as never,
  },
  {
    outcome: "invalid_event",
    when: "the schema does not fit and onInvalid is reject",
    told: [422, "Unprocessable Entity"],
    options: { onInvalid: "reject", events: { "thing.made": invalid } } as never,
  },
  {
    outcome: "handler_failed",
    when: "the handler throws",
    told: [500, "Internal Server Error"],
    run: throws,
    calls: 1,
  },
  {
    outcome: "handler_running",
    when: "the handler is slower than the sender waits",
    told: [503, "Service Unavailable"],
    run: forever,
    options: { answerWithinSeconds: 0.1 },
    headers: { "retry-after": "60" },
    calls: 1,
  },
  {
    outcome: "retry_later",
    when: "the handler asks for later",
    told: [503, "Service Unavailable"],
    run: () => {
      throw new RetryLater({ afterSeconds: 17 });
    },
    headers: { "retry-after": "17" },
    calls: 1,
  },
  {
    outcome: "store_unavailable",
    when: "the store is down",
    told: [503, "Service Unavailable"],
    options: { dedupe: { store: down } },
  },
  {
    outcome: "closing",
    when: "the receiver is closing",
    told: [503, "Service Unavailable"],
    before: (_, receiver) => receiver.close(),
    headers: { "retry-after": "5" },
  },
  {
    outcome: "overloaded",
    when: "all handlers that may run are running",
    told: [503, "Service Unavailable"],
    run: forever,
    options: { maxConcurrent: 1, answerWithinSeconds: 0.1 },
    before: (port) => deliver(port, eventBody("evt_0")),
    headers: { "retry-after": "5" },
    calls: 1,
  },
  {
    outcome: "misconfigured",
    when: "Express trusts every proxy",
    told: [500, "Internal Server Error"],
    options: { clientAddress: "express" },
  },
  {
    outcome: "in_flight",
    when: "another process handles the event",
    told: [503, "Service Unavailable"],
    options: { dedupe: { store: { ...down, claim: () => ({ state: "in_flight", retryAfterSeconds: 42 }) } } },
    headers: { "retry-after": "42" },
  },
  {
    outcome: "internal_error",
    when: "a part of ours throws",
    told: [500, "Internal Server Error"],
    sender: {
      event: () => {
        throw new Error("a bug");
      },
    },
  },
];

const seen = new Set<string>();
const unauthenticated = new Set<string>();

describe("what the sender is told", () => {
  it.each(rows)(
    "$outcome: $when",
    async ({ outcome, run, options = {}, sender = {}, before, send, told, headers = {}, calls = 0 }) => {
      const heard: string[] = [];
      const built = receiverOf(run, { ...options, onOutcome: (one) => void heard.push(one.name) }, sender);
      const { receiver } = built;
      const app = express();
      app.set("trust proxy", true);
      app.use("/hooks", outcome === "ignored" ? receiverWithoutHandlers(heard, sender) : (receiver as never));
      const port = await listen(app);
      await before?.(port, receiver);
      const answer: Answer = await post(port, send ?? { headers: signed(full), body: full });
      const [status, title] = told;
      expect(answer.status).toBe(status);
      expect(answer.body).toBe(title === undefined ? "" : problem(status, title, outcome));
      expect(answer.headers).toMatchObject(headers);
      if (title !== undefined)
        expect(answer.headers).toMatchObject({
          "content-type": "application/problem+json",
          "cache-control": "no-store",
        });
      if (!("retry-after" in headers) && outcome !== "store_unavailable")
        expect(answer.headers["retry-after"]).toBeUndefined();
      expect(heard.at(-1)).toBe(outcome);
      expect(built.calls).toHaveLength(calls);
      seen.add(outcome);
      if (outcome === "unauthenticated")
        unauthenticated.add(answer.body + JSON.stringify({ ...answer.headers, date: "" }));
    },
  );

  it("tells every failed proof the same bytes", () => {
    expect(unauthenticated.size).toBe(1);
  });

  it("bad_body: what is shorter than it says is told nothing, for its client is gone; the operator hears", async () => {
    const heard: string[] = [];
    const { receiver, calls } = receiverOf(undefined, { onOutcome: (one) => void heard.push(one.name) });
    const port = await listen(receiver as never);
    const { connect } = await import("node:net");
    const socket = connect(port, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
    await sleep(50);
    socket.destroy();
    await expect.poll(() => heard).toEqual(["bad_body"]);
    expect(calls).toHaveLength(0);
    seen.add("bad_body");
  });

  it("body_timeout: a body that does not arrive is answered 503 and the connection closed", async () => {
    const { receiver, calls } = receiverOf(undefined, { bodyTimeoutSeconds: 0.1 });
    const port = await listen(receiver as never);
    const { connect } = await import("node:net");
    const socket = connect(port, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
    let text = "";
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1.1 503 /);
    expect(text).toContain("connection: close");
    expect(text).toContain(problem(503, "Service Unavailable", "body_timeout"));
    expect(calls).toHaveLength(0);
    seen.add("body_timeout");
  });

  afterAll(() => {
    // `accepted` comes with the inbox.
    const expected = Object.keys(OUTCOMES).filter((name) => name !== "accepted");
    expect([...seen].sort()).toEqual(expected.sort());
  });
});

function receiverWithoutHandlers(heard: string[], sender: Partial<SenderDefinition>): never {
  return createReceiver(acme(sender), {
    logger: { warn() {}, error() {} },
    onOutcome: (one) => void heard.push(one.name),
  }) as never;
}
