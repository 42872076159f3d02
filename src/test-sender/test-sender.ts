// A sender for tests. It signs as the real sender does, and delivers to an app, a server or a receiver. Not a delivery service.

import { CHECKED_LATER, checkOptions, FUNCTION, type OptionRules } from "../lib/options.js";
import type { Sender } from "../sender/sender.js";
import type { SignedDelivery, TestRequest } from "./compose.js";
import { pathOf, prepareDelivery, type SigningSettings } from "./prepare-delivery.js";
import { REQUEST_RULES, SEND_RULES, type SendOptions } from "./send-options.js";
import { type Route, routeTo, type TestAnswer, type TestTarget } from "./targets.js";

export type { SendOptions } from "./send-options.js";

/** Options of `createTestSender`. */
export interface TestSenderOptions {
  /** The key to sign with in place of the sender's first secret: a private key, or the secret of a secret function. */
  readonly key?: string;
  /** The clock of the signatures, milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** The absolute URL as registered with the sender. Apps are called at its path. Default `https://example.com/webhooks/<sender>`. */
  readonly url?: string;
}

/** A delivery that was sent, with its answer. */
export interface SentDelivery extends TestAnswer {
  readonly request: SignedDelivery;
  readonly id: string | undefined;
}

/** Signs deliveries and sends them to any target. */
export interface TestSender {
  /** Signs a delivery without sending it. */
  sign(request: TestRequest): Promise<SignedDelivery>;
  /** Signs, tampers as asked, and sends. An app is started for this one delivery. */
  send(target: TestTarget, options: SendOptions): Promise<SentDelivery>;
  /** Binds the sender to one target. An app is started once, by the first delivery, and listens until `close`. */
  to(target: TestTarget): BoundTestSender;
}

/** A test sender with a fixed target. */
export interface BoundTestSender {
  /** Signs a delivery without sending it. */
  sign(request: TestRequest): Promise<SignedDelivery>;
  /** Signs, tampers as asked, and sends. */
  send(type: string, payload?: unknown, options?: Omit<SendOptions, "type" | "payload">): Promise<SentDelivery>;
  /** Stops the app that was started for it. A server that listened before keeps listening. */
  close(): Promise<void>;
}

const RULES: OptionRules<TestSenderOptions & { readonly to?: unknown }> = {
  key: CHECKED_LATER,
  now: { must: "be a function, such as Date.now", fits: FUNCTION.fits },
  url: CHECKED_LATER,
  to: CHECKED_LATER,
};

/**
 * Creates a test sender from the same definition that verifies, so it signs as the real sender does.
 *
 * Promise: signatures, times, ids and types are in the fields of the sender's definition, in its formats. Not promised:
 * payloads. Only the fields that the definition reads are added to yours; a handler that needs more needs a fixture.
 *
 * @param sender - As given to `createReceiver`, with its secret.
 * @param options.key - For a sender whose own key cannot sign: a private key, or the secret of a secret function.
 * @param options.now - The clock of the signatures, milliseconds since the epoch. Default `Date.now`.
 * @param options.url - The absolute URL as registered with the sender.
 * @param options.to - The target of all deliveries; then `send(type, payload, options)`.
 * @returns A test sender; with `to`, one that is bound to that target.
 * @throws {TypeError} For a misspelt or malformed option; on signing, when the sender cannot sign.
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
  checkOptions<TestSenderOptions & { readonly to?: unknown }>("createTestSender", options, RULES);
  const { key, now = Date.now, url } = options;
  const settings: SigningSettings = { sender: sender as unknown as Sender<never>, key, now, url };

  async function sendBy(route: Route, send: SendOptions): Promise<SentDelivery> {
    checkOptions("send(target, options)", send, SEND_RULES);
    const request = await prepareDelivery(settings, send);
    const answer = await route.send(request, { path: pathOf(send), from: send.from });
    return { ...answer, request, id: request.id };
  }

  async function sign(request: TestRequest): Promise<SignedDelivery> {
    checkOptions("sign(request)", request, REQUEST_RULES);
    return prepareDelivery(settings, request);
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
