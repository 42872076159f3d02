// What holds on every framework and platform alike. An adapter's own test mounts a receiver, and says how to reach it.

import { createHmac } from "node:crypto";
import { createReceiver, defineSender, header, json, literal, type Receiver, type ReceiverOptions } from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { hmac } from "../../src/auth/schemes/hmac.js";
import { param } from "../../src/auth/signature/signature.js";
import { quietLogger } from "../support/quiet.js";

/** What goes onto the wire, to the byte. */
export interface Wire {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** In this order, repeats kept. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** Without Content-Length. */
  readonly isChunked: boolean;
}

export interface Heard {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Mounted {
  /** From `PEER`, where the adapter can choose. */
  send(wire: Wire): Promise<Heard>;
  close(): Promise<void>;
}

export interface Adapter {
  readonly name: string;
  /** At `/hooks/:tenant` where it has route parameters, else so that any path below `/hooks` gets there. */
  mount(receiver: Receiver<Record<string, unknown>>): Promise<Mounted>;
  readonly hasParams: boolean;
}

/** Whom every delivery comes from. */
export const PEER = "127.0.0.1";
const SECRETS: Readonly<Record<string, string>> = { acme: "the-secret-of-acme-0", globex: "the-secret-of-globex" };
const MAX_BODY_BYTES = 2_000;
/** No UTF-8: a lone continuation byte, an overlong zero, and a byte order mark of UTF-16. */
const NOT_UTF8 = Buffer.from([0x80, 0xc0, 0x80, 0xff, 0xfe, 0x00, 0x41]);

function receiverFor(options: ReceiverOptions, tenantOf: (params: Readonly<Record<string, string>>) => string) {
  const seen: { id: string | undefined; tenant: string | undefined; thing: unknown; bytes: string }[] = [];
  const sender = defineSender({
    name: "erp",
    auth: hmac({
      secret: ({ params }) => {
        const tenant = tenantOf(params);
        const secret = SECRETS[tenant];
        return secret === undefined ? null : { secret, tenant };
      },
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "x-signature", form: { pairs: "v1" }, encoding: "hex" },
    }),
    body: { "application/json": "json", "application/octet-stream": "bytes" },
    event: ({ headers }) =>
      headers.get("content-type") === "application/octet-stream"
        ? { id: header("x-id"), type: literal("blob") }
        : { id: json("id"), type: json("type") },
    handshakes: [
      {
        name: "challenge",
        methods: ["GET"],
        isUnsigned: true,
        answer: ({ url }) => {
          const challenge = new URLSearchParams(url.split("?")[1]).get("challenge");
          return challenge === null
            ? undefined
            : { status: 200, headers: { "content-type": "text/plain" }, body: challenge };
        },
      },
    ],
  });
  const receiver = createReceiver(sender, {
    logger: quietLogger,
    onError() {},
    maxBodyBytes: MAX_BODY_BYTES,
    ...options,
  }).on("*", ({ id, tenant, headers, body }) => {
    seen.push({ id, tenant, thing: headers["x-thing"], bytes: Buffer.from(body).toString("hex") });
  });
  return { receiver: receiver as Receiver<Record<string, unknown>>, seen };
}

interface Given {
  readonly body?: string | Buffer;
  readonly method?: string;
  readonly target?: string;
  readonly contentType?: string;
  /** Seconds from now. */
  readonly signedAt?: number;
  readonly secret?: string;
  readonly signature?: string | readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
  readonly isChunked?: boolean;
}

let count = 0;

function wire(given: Given = {}): Wire {
  const body = Buffer.from(given.body ?? JSON.stringify({ id: `evt_${++count}`, type: "thing.made" }));
  const at = Math.floor(Date.now() / 1000) + (given.signedAt ?? 0);
  const hmac = createHmac("sha256", given.secret ?? (SECRETS.acme as string))
    .update(`${at}.`)
    .update(body);
  const signatures = [given.signature ?? `t=${at},v1=${hmac.digest("hex")}`].flat();
  const method = given.method ?? "POST";
  const own = [
    ["Content-Type", given.contentType ?? "application/json"],
    ...signatures.map((line) => ["X-Signature", line] as const),
  ];
  return {
    method,
    target: given.target ?? "/hooks/acme",
    headers: [...(method === "GET" ? [] : own), ...(given.headers ?? [])] as readonly (readonly [string, string])[],
    body,
    isChunked: given.isChunked ?? false,
  };
}

/** The rules that hold for every adapter. */
export function describeAdapter(adapter: Adapter): void {
  describe(`a receiver on ${adapter.name}`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });

    async function mounted(options: ReceiverOptions = {}) {
      const built = receiverFor(options, (params) => (adapter.hasParams ? (params.tenant ?? "") : "acme"));
      const place = await adapter.mount(built.receiver);
      closers.push(() => place.close());
      return { ...built, send: (given: Given = {}) => place.send(wire(given)) };
    }
    const code = ({ body }: Heard): unknown => (body === "" ? undefined : (JSON.parse(body) as { code: unknown }).code);

    it("runs the handler for what is signed, and answers exactly 200", async () => {
      const { send, seen } = await mounted();
      const heard = await send({ body: '{ "id": "evt_a",  "type": "thing.made" }' });
      expect({ status: heard.status, body: heard.body }).toEqual({ status: 200, body: "" });
      expect(seen.map(({ id }) => id)).toEqual(["evt_a"]);
    });

    it("answers a duplicate as success and runs nothing", async () => {
      const { send, seen } = await mounted();
      const body = JSON.stringify({ id: "evt_twice", type: "thing.made" });
      expect([(await send({ body })).status, (await send({ body })).status]).toEqual([200, 200]);
      expect(seen).toHaveLength(1);
    });

    it.each<[string, Given, number, string]>([
      [
        "a forged signature",
        { signature: `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` },
        401,
        "unauthenticated",
      ],
      ["a signature by another secret", { secret: "not-the-secret-of-acme" }, 401, "unauthenticated"],
      ["a stale delivery", { signedAt: -3_600 }, 401, "unauthenticated"],
      ["one from the future", { signedAt: 3_600 }, 401, "unauthenticated"],
      ["no signature", { signature: [] }, 401, "unauthenticated"],
      ["a body that is larger than it may be", { body: `"${"x".repeat(MAX_BODY_BYTES)}"` }, 413, "body_too_large"],
      [
        "a body that is too large and does not say so",
        { body: `"${"x".repeat(MAX_BODY_BYTES)}"`, isChunked: true },
        413,
        "body_too_large",
      ],
      ["another type", { contentType: "text/csv" }, 415, "unsupported_media_type"],
      ["a compressed body", { headers: [["Content-Encoding", "gzip"]] }, 415, "unsupported_media_type"],
      ["a method that is not the sender's", { method: "PUT" }, 405, "method_not_allowed"],
      ["what is no JSON", { body: "{" }, 400, "bad_payload"],
    ])("refuses %s with its own status, as problem details", async (_, given, status, name) => {
      const { send, seen } = await mounted();
      const heard = await send(given);
      expect({ status: heard.status, code: code(heard) }).toEqual({ status, code: name });
      expect(heard.headers["content-type"]).toBe("application/problem+json");
      expect(heard.headers["cache-control"]).toBe("no-store");
      if (status === 405) expect(heard.headers.allow).toBe("POST, GET");
      expect(seen).toEqual([]);
    });

    it("refuses a signature that comes twice, the right one included", async () => {
      const { send, seen } = await mounted();
      const at = Math.floor(Date.now() / 1000);
      const body = JSON.stringify({ id: "evt_repeated", type: "thing.made" });
      const right = createHmac("sha256", SECRETS.acme as string)
        .update(`${at}.${body}`)
        .digest("hex");
      const signature = [`t=${at},v1=${right}`, `t=${at},v1=${right}`];
      const heard = await send({ body, signature });
      expect({ status: heard.status, code: code(heard) }).toEqual({ status: 400, code: "bad_credentials" });
      expect(seen).toEqual([]);
    });

    it("answers a handshake by GET, and reads its query as it was sent", async () => {
      const { send, seen } = await mounted();
      const heard = await send({ method: "GET", body: "", target: "/hooks/acme?challenge=a%2Bb%20c&x=1" });
      expect({ status: heard.status, body: heard.body }).toEqual({ status: 200, body: "a+b c" });
      expect(heard.headers["content-type"]).toMatch(/^text\/plain/);
      expect(seen).toEqual([]);
    });

    it("hands bytes that are no text to the handler as they came", async () => {
      const { send, seen } = await mounted();
      const heard = await send({
        body: NOT_UTF8,
        contentType: "application/octet-stream",
        headers: [["X-Id", "blob_1"]],
      });
      expect(heard.status).toBe(200);
      expect(seen[0]?.bytes).toBe(NOT_UTF8.toString("hex"));
    });

    it("hands headers to the handler as they were sent, and no credential", async () => {
      const { send, seen } = await mounted();
      await send({ headers: [["X-Thing", "One, two;  three=%20"]] });
      expect(seen[0]?.thing).toBe("One, two;  three=%20");
    });

    it("takes deliveries from an allowed address alone", async () => {
      const open = await mounted({ allow: [PEER] });
      expect((await open.send()).status).toBe(200);
      const shut = await mounted({ allow: ["203.0.113.7"] });
      const heard = await shut.send();
      expect({ status: heard.status, code: code(heard) }).toEqual({ status: 403, code: "forbidden" });
      expect(shut.seen).toEqual([]);
    });

    it("answers 500 where the handler throws, and runs it again for the next attempt", async () => {
      const { receiver } = receiverFor({}, () => "acme");
      let runs = 0;
      const failing = createReceiver(
        defineSender({
          name: "erp",
          auth: hmac({
            secret: SECRETS.acme,
            signed: "{timestamp}.{body}",
            timestamp: param("t", "unix-seconds"),
            signature: { header: "x-signature", form: { pairs: "v1" }, encoding: "hex" },
          }),
          event: { id: json("id"), type: json("type") },
        }),
        { logger: quietLogger, onError() {} },
      ).on("*", async () => {
        runs++;
        await Promise.resolve();
        if (runs === 1) throw new Error("not yet");
      });
      await receiver.close();
      const place = await adapter.mount(failing as Receiver<Record<string, unknown>>);
      closers.push(() => place.close());
      const body = JSON.stringify({ id: "evt_again", type: "thing.made" });
      const first = await place.send(wire({ body }));
      expect({ status: first.status, code: code(first) }).toEqual({ status: 500, code: "handler_failed" });
      expect((await place.send(wire({ body }))).status).toBe(200);
      expect(runs).toBe(2);
    });

    it.skipIf(!adapter.hasParams)("has the secret looked up by a route parameter", async () => {
      const { send, seen } = await mounted();
      expect((await send({ target: "/hooks/globex", secret: SECRETS.globex as string })).status).toBe(200);
      expect((await send({ target: "/hooks/globex", secret: SECRETS.acme as string })).status).toBe(401);
      expect((await send({ target: "/hooks/nobody", secret: SECRETS.acme as string })).status).toBe(401);
      expect(seen.map(({ tenant }) => tenant)).toEqual(["globex"]);
    });
  });
}
