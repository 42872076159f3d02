// A sender for tests: signs as the real one signs, and delivers to whatever is to be tested. Not a delivery service.

import { writeField } from "../auth/request/write-field.js";
import type { SignableRequest } from "../core/auth.js";
import { refuseUnknownKeys } from "../lib/options.js";
import type { Sender } from "../sender/sender.js";
import { type Composed, compose, type SignedDelivery, type TestRequest } from "./compose.js";
import { lowerCase } from "./encode-body.js";
import { REQUEST_KEYS, refuseContradictions, SEND_KEYS, type SendOptions, signedAt } from "./send-options.js";
import { tampered } from "./tamper.js";
import { type Route, routeTo, type TestAnswer, type TestTarget } from "./targets.js";
import { signWithWrongKey } from "./wrong-key.js";

export type { SendOptions } from "./send-options.js";

/** Options of `createTestSender`. */
export interface TestSenderOptions {
  /** Signs instead of the sender's first secret: a private key, or the secret behind a secret function. */
  readonly key?: string;
  /** The clock that deliveries are signed by, milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** The URL as registered with the sender, absolute; its path is where apps are called. Default `https://example.com/webhooks/<sender>`. */
  readonly url?: string;
}

/** What was sent and what came back. */
export interface SentDelivery extends TestAnswer {
  readonly request: SignedDelivery;
  readonly id: string | undefined;
}

/** Signs deliveries and sends them to any target. */
export interface TestSender {
  /** Signs a delivery without sending it. */
  sign(request: TestRequest): Promise<SignedDelivery>;
  /** Signs, changes what is to be changed, and sends. An app is started for this one delivery. */
  send(target: TestTarget, options: SendOptions): Promise<SentDelivery>;
  /** Sends all to one target. An app is started once, by the first delivery, and listens until `close`. */
  to(target: TestTarget): BoundTestSender;
}

/** A test sender with a fixed target. */
export interface BoundTestSender {
  /** Signs a delivery without sending it. */
  sign(request: TestRequest): Promise<SignedDelivery>;
  /** Signs, changes what is to be changed, and sends. */
  send(type: string, payload?: unknown, options?: Omit<SendOptions, "type" | "payload">): Promise<SentDelivery>;
  /** Stops the app that was started for it. What listened before goes on listening. */
  close(): Promise<void>;
}

const OPTION_KEYS: readonly (keyof TestSenderOptions | "to")[] = ["key", "now", "url", "to"];

/** What a delivery was made of before it was signed and changed, so that a duplicate of it can be. */
interface Origin {
  readonly composed: Composed;
  readonly path: string | undefined;
}
const origins = new WeakMap<SignedDelivery, Origin>();

/**
 * Makes a test sender from the same description that verifies: what it signs is what the real sender would send.
 *
 * Promise: signatures, times, ids and types stand where the sender's row says, in its formats. Not promised: payloads.
 * Only what the row reads is added to yours, so a handler that needs more needs a fixture.
 *
 * @param sender - As given to `createReceiver`, secret included.
 * @param options.key - Where the sender's own key cannot sign: a private key, or the secret behind a secret function.
 * @param options.to - The target of all deliveries; then `send(type, payload, options)`.
 * @throws {TypeError} For a misspelt or malformed option. When it is to sign: where the sender cannot sign at all.
 * @example
 * const sender = stripe({ secret });
 * const test = createTestSender(sender).to(app); // app.use("/webhooks/stripe", receiver)
 * const sent = await test.send("invoice.paid", { data: { object: { id: "in_1" } } });
 * assert.equal(sent.status, 200);
 *
 * const again = await test.send("invoice.paid", {}, { duplicateOf: sent }); // 200, and no handler runs
 * const forged = await test.send("invoice.paid", {}, { tamper: true }); // 401, code "unauthenticated"
 * await test.close();
 */
export function createTestSender<Events>(
  sender: Sender<Events>,
  options: TestSenderOptions & { readonly to: TestTarget },
): BoundTestSender;
export function createTestSender<Events>(sender: Sender<Events>, options?: TestSenderOptions): TestSender;
export function createTestSender<Events>(
  sender: Sender<Events>,
  options: TestSenderOptions & { readonly to?: TestTarget } = {},
): TestSender | BoundTestSender {
  if (typeof sender?.definition?.auth?.verify !== "function") {
    throw new TypeError(
      "createTestSender(sender, options): sender must come from hookgate/senders, such as stripe({ secret }), or from defineSender",
    );
  }
  refuseUnknownKeys("createTestSender", options, OPTION_KEYS);
  const described = sender as unknown as Sender<never>;
  const { auth } = described.definition;
  const { key, now = Date.now, url } = options;
  if (typeof now !== "function") throw new TypeError("createTestSender: now must be a function, such as Date.now");

  async function signWith(request: SignableRequest, signingKey: string | undefined): Promise<SignableRequest> {
    if (auth.sign === undefined) {
      throw new TypeError(
        `createTestSender: ${sender.name} cannot sign: its proof (${auth.scheme}) has no sign. Send with { unsigned: true } and headers of your own, or test with a sender whose auth can`,
      );
    }
    return auth.sign(request, signingKey);
  }

  async function prepare(send: SendOptions): Promise<SignedDelivery> {
    refuseContradictions(send);
    const timestampMs = signedAt(send, now);
    const composed =
      send.duplicateOf === undefined
        ? compose(described, { ...(url === undefined ? {} : { url }), ...send }, timestampMs)
        : again(send.duplicateOf.request, send, timestampMs);
    const { request, id } = composed;
    const signed = await credentialed(request, send);
    const { method, url: signedUrl, headers, body } = signed;
    const delivery: SignedDelivery = { method, url: signedUrl, headers, body, id };
    const sent = send.tamper === undefined ? delivery : tampered(delivery, send.tamper, auth, timestampMs);
    origins.set(sent, { composed, path: pathOf(send) });
    return sent;
  }

  async function credentialed(request: SignableRequest, send: SendOptions): Promise<SignableRequest> {
    if (send.unsigned === true) return request;
    if (send.wrongKey !== true || auth.sign === undefined) return signWith(request, key);
    return signWithWrongKey(sender.name, (wrong) => signWith(request, wrong));
  }

  /** The same event: what was composed for the first delivery, or, where that is not known, its bytes without credentials. */
  function again(first: SignedDelivery, send: SendOptions, timestampMs: number): Composed {
    const composed = origins.get(first)?.composed ?? withoutCredentials(first);
    const { row, id } = composed;
    let request: SignableRequest = {
      ...composed.request,
      headers: { ...composed.request.headers, ...lowerCase(send.headers ?? {}) },
      timestampMs,
    };
    if (send.attempt !== undefined && row?.attempt?.in === "header") {
      request = writeField(request, row.attempt, send.attempt);
    }
    return { request, row, id };
  }

  function withoutCredentials({ method, url: signedUrl, headers, body, id }: SignedDelivery): Composed {
    const renewed = new Set(auth.credentialHeaders);
    const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !renewed.has(name)));
    return { request: { method, url: signedUrl, headers: kept, body, timestampMs: 0 }, id, row: undefined };
  }

  async function sendBy(route: Route, send: SendOptions): Promise<SentDelivery> {
    refuseUnknownKeys("send(target, options)", send, SEND_KEYS);
    const request = await prepare(send);
    const answer = await route.send(request, { path: pathOf(send), from: send.from });
    return { ...answer, request, id: request.id };
  }

  async function sign(request: TestRequest): Promise<SignedDelivery> {
    refuseUnknownKeys("sign(request)", request, REQUEST_KEYS);
    return prepare(request);
  }

  function to(target: TestTarget): BoundTestSender {
    const route = routeTo(target);
    return {
      sign,
      send: (type, payload, more = {}) =>
        sendBy(route, { ...more, type, ...(payload === undefined ? {} : { payload }) }),
      close: () => route.close(),
    };
  }

  async function send(target: TestTarget, sendOptions: SendOptions): Promise<SentDelivery> {
    if (typeof sendOptions !== "object" || sendOptions === null) {
      throw new TypeError(
        'send(target, options): options must be an object, such as { type: "invoice.paid", payload }; for send(type, payload) first say to(target)',
      );
    }
    const route = routeTo(target);
    try {
      return await sendBy(route, sendOptions);
    } finally {
      await route.close();
    }
  }

  return options.to === undefined ? { sign, send, to } : to(options.to);
}

/** A duplicate goes where the first delivery went. */
function pathOf(send: SendOptions): string | undefined {
  return send.path ?? (send.duplicateOf === undefined ? undefined : origins.get(send.duplicateOf.request)?.path);
}
