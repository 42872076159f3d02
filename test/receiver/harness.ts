// A sender of our own, its signatures, and real HTTP with exact control over what is on the wire.

import { createHmac } from "node:crypto";
import http, { type IncomingHttpHeaders } from "node:http";
import {
  type Context,
  createReceiver,
  type DedupeStore,
  defineSender,
  json,
  memoryStore,
  type Outcome,
  type Receiver,
  type ReceiverOptions,
  type Sender,
  type SenderDefinition,
  type WebhookError,
  type WebhookEvent,
} from "hookgate";
import { hmac } from "../../src/auth/schemes/hmac.js";
import { param } from "../../src/auth/signature/signature.js";
import { quietLogger } from "../support/quiet.js";

export const SECRET = "a-secret-of-the-tests-only";

/** The sender of these tests: a signed time, id and type in the signed body. */
export function erp(more: Partial<SenderDefinition> = {}): Sender {
  return defineSender({
    name: "erp",
    auth: hmacAuth(),
    event: { id: json("id"), type: json("type") },
    ...more,
  });
}

export function hmacAuth(secret: Parameters<typeof hmac>[0]["secret"] = SECRET) {
  return hmac({
    secret,
    signed: "{timestamp}.{body}",
    timestamp: param("t", "unix-seconds"),
    signature: { header: "x-signature", form: { pairs: "v1" }, encoding: "hex" },
  });
}

export function signature(body: string | Uint8Array, at: number = Math.floor(Date.now() / 1000)): string {
  return `t=${at},v1=${createHmac("sha256", SECRET).update(`${at}.`).update(body).digest("hex")}`;
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  /** Laid over the signed ones; `undefined` takes one away, an array repeats the line. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly agent?: http.Agent;
  /** Hangs up once this has come. */
  readonly hangUpOn?: Promise<unknown>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let count = 0;
export function newId(): string {
  count += 1;
  return `evt_${count}`;
}

/** The body of one event. */
export function event(type = "order.created", id: string = newId(), data: unknown = {}): string {
  return JSON.stringify({ id, type, data });
}

/** Signed headers of a body. */
export function signed(body: string): Record<string, string> {
  return { "content-type": "application/json", "x-signature": signature(body) };
}

/** Signs and sends. Rejects where the connection broke before an answer was whole. */
export function send(port: number, sent: Sent = {}): Promise<Answer> {
  const { method = "POST" } = sent;
  const body = sent.body ?? (method === "POST" ? event() : "");
  return post(port, { ...sent, body, headers: { ...signed(body), ...sent.headers } });
}

/** Sends what is given, signed or not. */
export function post(port: number, sent: Sent): Promise<Answer> {
  const { method = "POST", path = "/hooks", agent, body = "" } = sent;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(sent.headers ?? {})) {
    if (value !== undefined) headers[name] = value;
  }
  return new Promise((resolve, reject) => {
    const req = http.request({ host: "127.0.0.1", port, method, path, headers, agent: agent ?? false }, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => {
        text += chunk;
      });
      res.on("end", () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text }));
      res.on("error", reject);
    });
    req.on("error", reject);
    void sent.hangUpOn?.then(() => req.destroy(new Error("hung up")));
    if (body !== "") req.setHeader("content-length", Buffer.byteLength(body));
    req.end(body);
  });
}

/** Always the same event, unless another id is given. */
export const eventBody = (id = "evt_1", more: object = {}): string =>
  JSON.stringify({ id, type: "thing.made", ...more });

/** A signed delivery of one event. */
export const deliver = (
  port: number,
  body: string = eventBody(),
  headers: Record<string, string> = {},
): Promise<Answer> => send(port, { body, headers });

/** A receiver with everything it tells kept. */
export function build(options: ReceiverOptions<{}, never> = {}, sender: Sender = erp()) {
  const outcomes: Outcome[] = [];
  const errors: WebhookError[] = [];
  const lines: string[] = [];
  const receiver = createReceiver(sender, {
    onOutcome: (outcome) => outcomes.push(outcome),
    onError: (error) => errors.push(error),
    logger: { warn: (_, line) => lines.push(line), error: (_, line) => lines.push(line) },
    ...options,
  });
  return { receiver, outcomes, errors, lines };
}

export type Run = (event: WebhookEvent, context: Context) => unknown;

/** A receiver whose handler for everything is `run`, with the ids it was called for. It tells nothing. */
export function receiverOf(
  run: Run = () => undefined,
  options: ReceiverOptions = {},
  more: Partial<SenderDefinition> = {},
) {
  const calls: string[] = [];
  const receiver = createReceiver(erp(more), { logger: quietLogger, onError() {}, ...options });
  receiver.on("*", (event, context) => {
    calls.push(event.id ?? "");
    return run(event, context);
  });
  return { receiver: receiver as Receiver<Record<string, unknown>>, calls };
}

/** Another process' look at a store: the same records, another object. */
export function viewOf(store: DedupeStore, over: Partial<DedupeStore> = {}): DedupeStore {
  return {
    name: store.name,
    isShared: store.isShared,
    claim: (request) => store.claim(request),
    renew: (...given) => store.renew(...given),
    complete: (...given) => store.complete(...given),
    release: (...given) => store.release(...given),
    ...over,
  };
}

/** A memory store that is told the time. */
export function clockedStore() {
  let nowMs = 0;
  return {
    store: memoryStore({ now: () => nowMs }),
    pass: (seconds: number) => {
      nowMs += seconds * 1000;
    },
  };
}

/** A promise and its ends. */
export function gate<T = void>() {
  let open: (value: T) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const opened = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}

export function problem(code: string, status: number, title: string): string {
  return JSON.stringify({ type: "about:blank", title, status, code });
}
