// Every outcome of the table: its status, its body, and whether the sender retries.
import http from "node:http";
import { connect } from "node:net";
import express, { type RequestHandler } from "express";
import {
  Discard,
  json,
  memoryStore,
  OUTCOMES,
  type OutcomeName,
  type ReceiverOptions,
  RetryLater,
  type Sender,
} from "hookgate";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { bearerToken } from "../../src/auth/schemes/bearer-token.js";
import { closeServers, listen } from "../support/listen.js";
import { until } from "../support/until.js";
import {
  type Answer,
  build,
  erp,
  event,
  gate,
  hmacAuth,
  newId,
  problem,
  SECRET,
  type Sent,
  send,
  signature,
  signed,
  viewOf,
} from "./harness.js";

afterEach(closeServers);

interface World {
  readonly port: number;
  readonly receiver: ReturnType<typeof build>["receiver"];
  readonly calls: () => number;
}

interface Row {
  readonly name: OutcomeName;
  readonly when: string;
  readonly options?: ReceiverOptions<{}, never>;
  readonly sender?: Sender;
  /** What is mounted before the receiver. */
  readonly before?: RequestHandler;
  readonly insecureParser?: true;
  readonly trustProxy?: true;
  readonly handler?: (call: number) => unknown;
  /** What happens before the delivery that counts. */
  readonly first?: (world: World) => unknown;
  readonly request?: Sent;
  /** Instead of `send`. */
  readonly deliver?: (world: World) => Promise<Answer>;
  readonly status: number;
  readonly title?: string;
  /** Without: the outcome's problem details. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Handlers started by the delivery that counts. */
  readonly calls: number;
}

const ok = { status: 200, body: "" } as const;
const hanging = gate<undefined>();
afterAll(() => hanging.open(undefined));
const aSchema = (ok: boolean) => ({
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) => (ok ? { value } : { issues: [{ message: "no" }] }),
  },
});
const downStore = viewOf(memoryStore(), {
  claim: () => {
    throw new Error("connection refused");
  },
});
const sharedStore = memoryStore();
const handshaking = (methods: string[]) =>
  erp({
    handshakes: [
      {
        name: "challenge",
        methods,
        isUnsigned: true,
        answer: ({ url }) => {
          const challenge = new URLSearchParams(url.split("?")[1]).get("challenge");
          return challenge === null ? undefined : { status: 200, headers: {}, body: challenge };
        },
      },
    ],
  });
const now = () => Math.floor(Date.now() / 1000);
const stamped = (body: string, at: number): Sent => ({ body, headers: { "x-signature": signature(body, at) } });

/** Bytes that no well-behaved client writes. */
function raw(port: number, text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("close", () => {
      const [head = "", body = ""] = received.split("\r\n\r\n");
      const [first = "", ...lines] = head.split("\r\n");
      const pairs = lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 2),
      ]);
      resolve({ status: Number(first.split(" ")[1]), headers: Object.fromEntries(pairs), body });
    });
    socket.write(text);
  });
}
const rawHead = (...lines: string[]) =>
  ["POST /hooks HTTP/1.1", "Host: localhost", "Content-Type: application/json", ...lines, "", ""].join("\r\n");

const ROWS: readonly Row[] = [
  { name: "processed", when: "the handler returned", ...ok, calls: 1 },
  {
    name: "processed",
    when: "the sender's profile has a success of its own",
    sender: erp({
      reply: { successStatus: 202, successBody: "[accepted]", successHeaders: { "content-type": "text/plain" } },
    }),
    status: 202,
    body: "[accepted]",
    headers: { "content-type": "text/plain" },
    calls: 1,
  },
  { name: "ignored", when: "no handler is registered", request: { body: event("nobody.cares") }, ...ok, calls: 0 },
  {
    name: "ignored",
    when: "onInvalid is accept",
    options: { events: { "order.created": aSchema(false) }, onInvalid: "accept" } as never,
    ...ok,
    calls: 0,
  },
  {
    name: "empty",
    when: "the batch holds nothing",
    sender: erp({ event: { id: json("id"), type: json("type"), each: "events" } }),
    request: { body: '{"events":[]}' },
    ...ok,
    calls: 0,
  },
  {
    name: "duplicate",
    when: "the event was handled before",
    first: ({ port }) => send(port, { body: event("order.created", "evt_twice") }),
    request: { body: event("order.created", "evt_twice") },
    ...ok,
    calls: 0,
  },
  {
    name: "superseded",
    when: "a newer event of the same order was here before",
    options: { order: { key: () => "order-1", version: ({ payload }) => (payload as { data: number }).data } },
    first: ({ port }) => send(port, { body: event("order.created", newId(), 2) }),
    request: { body: event("order.created", newId(), 1) },
    ...ok,
    calls: 0,
  },
  {
    name: "discarded",
    when: "nothing stops this sender but success",
    handler: () => {
      throw new Discard("the order is gone");
    },
    ...ok,
    calls: 1,
  },
  {
    name: "discarded",
    when: "the sender has a status that stops it",
    sender: erp({ reply: { stopStatus: 406 } }),
    handler: () => {
      throw new Discard();
    },
    status: 406,
    body: "",
    calls: 1,
  },
  {
    name: "handshake",
    when: "the sender asks by GET",
    sender: handshaking(["GET"]),
    request: { method: "GET", path: "/hooks?challenge=%3Cb%3E1", headers: { "x-signature": undefined } },
    status: 200,
    body: "<b>1",
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
    calls: 0,
  },
  {
    name: "forbidden",
    when: "the address is not allowed",
    options: { allow: ["203.0.113.7"] },
    status: 403,
    title: "Forbidden",
    calls: 0,
  },
  {
    name: "forbidden",
    when: "it came without HTTPS",
    options: { requireHttps: true },
    status: 403,
    title: "Forbidden",
    calls: 0,
  },
  {
    name: "method_not_allowed",
    when: "it came by PUT",
    request: { method: "PUT" },
    status: 405,
    title: "Method Not Allowed",
    headers: { allow: "POST" },
    calls: 0,
  },
  {
    name: "method_not_allowed",
    when: "a GET is none of the sender's handshakes",
    sender: handshaking(["GET", "HEAD"]),
    request: { method: "GET" },
    status: 405,
    title: "Method Not Allowed",
    headers: { allow: "POST, GET, HEAD" },
    calls: 0,
  },
  {
    name: "too_many_headers",
    when: "101 header lines came",
    request: { headers: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`x-${at}`, "1"])) },
    status: 431,
    title: "Request Header Fields Too Large",
    calls: 0,
  },
  {
    name: "body_too_large",
    when: "Content-Length is above maxBodyBytes",
    options: { maxBodyBytes: 10 },
    status: 413,
    title: "Payload Too Large",
    headers: { connection: "close" },
    calls: 0,
  },
  {
    name: "body_too_large",
    when: "a chunked body grows above maxBodyBytes",
    options: { maxBodyBytes: 10 },
    deliver: ({ port }) => raw(port, `${rawHead("Transfer-Encoding: chunked")}10\r\n0123456789abcdef\r\n0\r\n\r\n`),
    status: 413,
    title: "Payload Too Large",
    headers: { connection: "close" },
    calls: 0,
  },
  {
    name: "bad_body",
    when: "a lenient server let a body through that is not what Content-Length says",
    insecureParser: true,
    deliver: ({ port }) =>
      raw(
        port,
        `${rawHead("Connection: close", "Content-Length: 9", "Transfer-Encoding: chunked")}2\r\n{}\r\n0\r\n\r\n`,
      ),
    status: 400,
    title: "Bad Request",
    calls: 0,
  },
  {
    name: "unsupported_media_type",
    when: "the content type is not the sender's",
    request: { headers: { "content-type": "text/xml" } },
    status: 415,
    title: "Unsupported Media Type",
    calls: 0,
  },
  {
    name: "unsupported_media_type",
    when: "the body is compressed",
    request: { headers: { "content-encoding": "gzip" } },
    status: 415,
    title: "Unsupported Media Type",
    calls: 0,
  },
  {
    name: "body_timeout",
    when: "the body does not arrive",
    options: { bodyTimeoutSeconds: 0.05 },
    deliver: ({ port }) => raw(port, `${rawHead("Content-Length: 50")}{"half":`),
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "5", connection: "close" },
    calls: 0,
  },
  {
    name: "bad_credentials",
    when: "the signature came twice",
    request: { headers: { "x-signature": ["t=1,v1=00", "t=1,v1=00"] } },
    status: 400,
    title: "Bad Request",
    calls: 0,
  },
  {
    name: "bad_credentials",
    when: "the signed time is no time",
    request: { headers: { "x-signature": `t=soon,v1=${"0".repeat(64)}` } },
    status: 400,
    title: "Bad Request",
    calls: 0,
  },
  {
    name: "unauthenticated",
    when: "there is no signature",
    request: { headers: { "x-signature": undefined } },
    status: 401,
    title: "Unauthorized",
    calls: 0,
  },
  {
    name: "unauthenticated",
    when: "the signature is wrong",
    request: { headers: { "x-signature": `t=${now()},v1=${"0".repeat(64)}` } },
    status: 401,
    title: "Unauthorized",
    headers: { "www-authenticate": undefined },
    calls: 0,
  },
  {
    name: "unauthenticated",
    when: "the body was changed",
    request: { headers: { "x-signature": signature("{}") } },
    status: 401,
    title: "Unauthorized",
    calls: 0,
  },
  {
    name: "unauthenticated",
    when: "it is stale",
    request: stamped(event(), now() - 400),
    status: 401,
    title: "Unauthorized",
    calls: 0,
  },
  {
    name: "unauthenticated",
    when: "it is from the future",
    request: stamped(event(), now() + 400),
    status: 401,
    title: "Unauthorized",
    calls: 0,
  },
  {
    name: "unauthenticated",
    when: "the secret function knows no secret",
    sender: erp({ auth: hmacAuth(() => null) }),
    status: 401,
    title: "Unauthorized",
    calls: 0,
  },
  {
    name: "unauthenticated",
    when: "the scheme has a challenge",
    sender: erp({ auth: bearerToken({ token: "a-token-of-the-tests-only" }) }),
    status: 401,
    title: "Unauthorized",
    headers: { "www-authenticate": "Bearer" },
    calls: 0,
  },
  {
    name: "undecided",
    when: "the secret function threw",
    sender: erp({
      auth: hmacAuth(() => {
        throw new Error("the vault is sealed");
      }),
    }),
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "30" },
    calls: 0,
  },
  {
    name: "bad_payload",
    when: "what is signed is no JSON",
    request: { body: "{" },
    status: 400,
    title: "Bad Request",
    calls: 0,
  },
  {
    name: "unidentified",
    when: "the payload is neither an object nor an array",
    request: { body: "1" },
    status: 400,
    title: "Bad Request",
    calls: 0,
  },
  { name: "processed", when: "the id is not there", ...ok, request: { body: '{"type":"order.created"}' }, calls: 1 },
  {
    name: "ignored",
    when: "the type is not there, and nothing handles everything",
    ...ok,
    request: { body: '{"id":"evt_typeless"}' },
    calls: 0,
  },
  {
    name: "invalid_event",
    when: "the schema refuses it, and a retry may meet a mended one",
    options: { events: { "order.created": aSchema(false) } } as never,
    status: 500,
    title: "Internal Server Error",
    calls: 0,
  },
  {
    name: "invalid_event",
    when: "onInvalid is reject",
    options: { events: { "order.created": aSchema(false) }, onInvalid: "reject" } as never,
    status: 422,
    title: "Unprocessable Entity",
    calls: 0,
  },
  {
    name: "in_flight",
    when: "another process is handling it",
    options: { dedupe: { store: viewOf(sharedStore) } },
    first: async () => {
      const other = build({ dedupe: { store: viewOf(sharedStore), leaseSeconds: 7 } }).receiver;
      const started = gate();
      other.on("order.created", () => {
        started.open();
        return hanging.opened;
      });
      const body = event("order.created", "evt_elsewhere");
      void other.receive({ headers: signed(body), body });
      await started.opened;
    },
    request: { body: event("order.created", "evt_elsewhere") },
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "7" },
    calls: 0,
  },
  {
    name: "handler_failed",
    when: "the handler threw",
    handler: () => {
      throw new Error(`the database said ${SECRET}`);
    },
    status: 500,
    title: "Internal Server Error",
    headers: { "retry-after": undefined },
    calls: 1,
  },
  {
    name: "handler_running",
    when: "the handler is slower than the sender is patient",
    options: { answerWithinSeconds: 0.05, handlerTimeoutSeconds: 20 },
    handler: () => hanging.opened,
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "20" },
    calls: 1,
  },
  {
    name: "retry_later",
    when: "the handler asked for it, then",
    handler: () => {
      throw new RetryLater({ afterSeconds: 12.2 });
    },
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "13" },
    calls: 1,
  },
  {
    name: "retry_later",
    when: "the handler asked for more than a minute",
    handler: () => {
      throw new RetryLater({ afterSeconds: 3_600 });
    },
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "60" },
    calls: 1,
  },
  {
    name: "store_unavailable",
    when: "the store cannot be asked",
    options: { dedupe: { store: downStore } },
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": expect.stringMatching(/^([5-9]|1[0-4])$/) as unknown as string },
    calls: 0,
  },
  {
    name: "closing",
    when: "close was called",
    first: ({ receiver }) => receiver.close(),
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "5" },
    calls: 0,
  },
  {
    name: "overloaded",
    when: "maxConcurrent handlers are running",
    options: { maxConcurrent: 1 },
    handler: () => hanging.opened,
    first: async ({ port, calls }) => {
      void send(port).catch(() => undefined);
      await until(() => calls() === 1);
    },
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "5" },
    calls: 0,
  },
  {
    name: "overloaded",
    when: "the store is full of events in work",
    options: { dedupe: { store: memoryStore({ maxKeys: 1 }) } },
    handler: () => hanging.opened,
    first: async ({ port, calls }) => {
      void send(port).catch(() => undefined);
      await until(() => calls() === 1);
    },
    status: 503,
    title: "Service Unavailable",
    headers: { "retry-after": "5" },
    calls: 0,
  },
  {
    name: "misconfigured",
    when: "a parser ate the body",
    before: express.json(),
    status: 500,
    title: "Internal Server Error",
    headers: { "retry-after": undefined },
    calls: 0,
  },
  {
    name: "misconfigured",
    when: "Express is to say who the client is, and trusts every proxy",
    options: { clientAddress: "express" },
    trustProxy: true,
    status: 500,
    title: "Internal Server Error",
    calls: 0,
  },
  {
    name: "internal_error",
    when: "a sender's own code threw",
    sender: erp({
      event: () => {
        throw new Error("a bug");
      },
    }),
    status: 500,
    title: "Internal Server Error",
    calls: 0,
  },
];

async function run(row: Row) {
  const { receiver, outcomes } = build(row.options, row.sender);
  let calls = 0;
  receiver.on("order.created", () => {
    calls += 1;
    return row.handler?.(calls);
  });
  const app = express();
  app.set("trust proxy", row.trustProxy === true);
  if (row.before !== undefined) app.use(row.before);
  app.use("/hooks", receiver);
  const port = await listen(http.createServer({ insecureHTTPParser: row.insecureParser === true }, app));
  const world: World = { port, receiver, calls: () => calls };
  await row.first?.(world);
  const before = calls;
  const body = row.request?.body ?? (row.request?.method === undefined ? event("order.created", newId()) : undefined);
  const answer = await (row.deliver?.(world) ??
    send(port, { ...row.request, ...(body === undefined ? {} : { body }) }));
  return { answer, calls: calls - before, outcome: outcomes.findLast((one) => !one.isLate) };
}

describe("each row of OUTCOMES, over HTTP on Express 5", () => {
  it.each(ROWS.map((row) => [`${row.name}: ${row.when}`, row] as const))("%s", async (_, row) => {
    const { answer, calls, outcome } = await run(row);
    expect(outcome?.name).toBe(row.name);
    expect(answer.status).toBe(row.status);
    expect(outcome?.reply.status).toBe(row.status);
    expect(answer.body).toBe(row.body ?? problem(row.name, row.status, row.title ?? ""));
    const isProblem = row.body === undefined;
    expect(answer.headers).toMatchObject({
      ...(isProblem ? { "content-type": "application/problem+json", "cache-control": "no-store" } : {}),
      "content-length": String(Buffer.byteLength(answer.body)),
    });
    for (const [name, value] of Object.entries(row.headers ?? {})) {
      if (value === undefined) expect(answer.headers).not.toHaveProperty(name);
      else expect(answer.headers[name]).toEqual(value);
    }
    if (row.headers === undefined && isProblem) {
      for (const name of ["retry-after", "allow", "www-authenticate"]) expect(answer.headers).not.toHaveProperty(name);
    }
    expect(calls).toBe(row.calls);
    expect(outcome?.retry).toBe(row.status === 422 ? false : OUTCOMES[row.name].retry);
  });

  it("is covered: every name has a row here (`accepted` comes with an inbox)", () => {
    const covered = new Set<string>(ROWS.map((row) => row.name));
    expect([...covered, "accepted"].sort()).toEqual(Object.keys(OUTCOMES).sort());
  });

  it("agrees with the table about every status that is a number", () => {
    for (const row of ROWS) {
      const { status } = OUTCOMES[row.name];
      if (typeof status === "number" && row.status !== 422) expect([row.name, row.status]).toEqual([row.name, status]);
    }
  });

  it("answers every authentication failure with the same bytes", async () => {
    const bodies = new Set<string>();
    const headers = new Set<string>();
    for (const row of ROWS.filter(
      (one) => one.name === "unauthenticated" && one.headers?.["www-authenticate"] === undefined,
    )) {
      const { answer } = await run(row);
      bodies.add(answer.body);
      const { date: _, ...rest } = answer.headers;
      headers.add(JSON.stringify(rest));
    }
    expect(bodies).toEqual(new Set([problem("unauthenticated", 401, "Unauthorized")]));
    expect(headers.size).toBe(1);
  });

  it("never answers with a status that a sender takes for another", () => {
    for (const { name, status, when } of ROWS) {
      if (status === 406 && name === "discarded") continue; // its profile asks for it
      expect([301, 302, 307, 308, 404, 406, 409, 410, 502, 504], `${name}: ${when}`).not.toContain(status);
    }
  });

  it("asks again exactly where a retry can help, and never by a 4xx", () => {
    for (const { name, status } of ROWS) {
      if (OUTCOMES[name].retry && status !== 422) expect([name, status >= 500]).toEqual([name, true]);
    }
  });
});
