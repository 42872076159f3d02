// A sender for tests: signs as the real one signs, and delivers to whatever is to be tested. Not a delivery service.
import { createHash } from "node:crypto";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import type { Sender } from "../sender.js";
import { type Composed, compose, type TestRequest } from "./compose.js";
import { sendTo, type TestAnswer, type TestTarget } from "./targets.js";

export interface TestSenderOptions {
  /** Signs instead of the sender's first secret: a private key, or the secret behind a secret function. */
  readonly key?: string;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** A signed delivery. */
export interface SignedDelivery {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** `undefined` where the sender gives its events none. */
  readonly id: string | undefined;
}

export interface SendOptions extends TestRequest {
  /** An earlier delivery: the same event again, signed anew as a retry is. */
  readonly duplicateOf?: SentDelivery;
  /** What is changed after signing: `true` and `"body"` a byte of the body, `"signature"` a character of each credential. */
  readonly tamper?: true | "body" | "signature" | ((delivery: SignedDelivery) => SignedDelivery);
  /** Signed so long ago; `true` is an hour. */
  readonly stale?: true | number;
  /** Not signed at all. */
  readonly unsigned?: boolean;
  /** Signed with another secret of the same shape. */
  readonly wrongKey?: boolean;
  /** The client's address. Over HTTP it goes as `X-Forwarded-For`, so the receiver must trust 127.0.0.1 as a proxy. */
  readonly from?: string;
  /** The path at the target. Default: that of the signed URL. */
  readonly path?: string;
}

/** What was sent and what came back. */
export interface SentDelivery extends TestAnswer {
  readonly request: SignedDelivery;
  readonly id: string | undefined;
}

export interface TestSender {
  /** Signs a delivery without sending it. */
  sign(request: TestRequest): Promise<SignedDelivery>;
  /** Signs, changes what is to be changed, and sends. */
  send(target: TestTarget, options: SendOptions): Promise<SentDelivery>;
  /** Sends all to one target. */
  to(target: TestTarget): BoundTestSender;
}

export interface BoundTestSender {
  send(type: string, payload?: unknown, options?: Omit<SendOptions, "type" | "payload">): Promise<SentDelivery>;
}

const SEND_KEYS = [
  "type",
  "payload",
  "id",
  "body",
  "timestamp",
  "attempt",
  "method",
  "url",
  "headers",
  "contentType",
  "duplicateOf",
  "tamper",
  "stale",
  "unsigned",
  "wrongKey",
  "from",
  "path",
] as const satisfies readonly (keyof SendOptions)[];
const AN_HOUR_SECONDS = 3_600;

/**
 * Makes a test sender from the same description that verifies.
 *
 * @param sender - As given to `createReceiver`, secret included.
 * @param options.key - Where the sender's own key cannot sign: a private key, or the secret behind a secret function.
 * @throws {TypeError} Where the sender cannot sign at all, when it is to sign.
 * @example
 * const stripeTest = createTestSender(stripe({ secret }));
 * const sent = await stripeTest.send(app, { type: "invoice.paid", payload: { data: { object: {} } }, path: "/webhooks/stripe" });
 * expect(sent.status).toBe(200);
 * const again = await stripeTest.to(receiver).send("invoice.paid", {}, { duplicateOf: sent });
 */
export function createTestSender<Events>(sender: Sender<Events>, options: TestSenderOptions = {}): TestSender {
  refuseUnknownKeys("createTestSender", options, ["key", "now"]);
  const described = sender as unknown as Sender<never>;
  const { auth } = described.definition;
  const now = options.now ?? Date.now;

  async function signComposed({ request, id }: Composed, key: string | undefined): Promise<SignedDelivery> {
    if (auth.sign === undefined) {
      throw new TypeError(
        `createTestSender: ${sender.name} cannot sign (${auth.scheme}); give { key }, or send { unsigned: true } with headers of your own`,
      );
    }
    const signed = await auth.sign(request, key);
    return { method: signed.method, url: signed.url, headers: signed.headers, body: signed.body, id };
  }

  async function prepare(send: SendOptions): Promise<SignedDelivery> {
    const nowMs = now();
    const staleSeconds = send.stale === true ? AN_HOUR_SECONDS : (send.stale ?? 0);
    const signedAtMs = send.timestamp === undefined ? nowMs - staleSeconds * 1000 : Number(send.timestamp);
    const composed =
      send.duplicateOf === undefined
        ? compose(described, { ...send, timestamp: signedAtMs }, nowMs)
        : again(send.duplicateOf, signedAtMs);
    if (send.unsigned === true) return { ...composed.request, id: composed.id };
    const signed = await signComposed(composed, send.wrongKey === true ? await wrongKey() : options.key);
    return send.tamper === undefined ? signed : tampered(signed, send.tamper, auth.credentialHeaders);
  }

  /** The same event: body and headers as they were, but for the credentials, which are made anew. */
  function again(sent: SentDelivery, timestampMs: number): Composed {
    const renewed = new Set(auth.credentialHeaders);
    const headers = Object.fromEntries(Object.entries(sent.request.headers).filter(([name]) => !renewed.has(name)));
    const { method, url, body } = sent.request;
    return { request: { method, url, headers, body, timestampMs }, id: sent.id };
  }

  /** Of the shape that this sender's keys have: as `sign` refuses what is none. */
  async function wrongKey(): Promise<string> {
    const bytes = createHash("sha256").update("not the sender's key").digest();
    const shapes = [`whsec_${bytes.toString("base64")}`, bytes.toString("hex"), bytes.toString("base64")];
    for (const shape of shapes) {
      try {
        await auth.sign?.(compose(described, {}, now()).request, shape);
        return shape;
      } catch {
        // Not a key of this sender's shape: the next one may be.
      }
    }
    throw new TypeError(
      `createTestSender: no wrong key could be made for ${sender.name}; sign with createTestSender(sender, { key })`,
    );
  }

  async function send(target: TestTarget, sendOptions: SendOptions): Promise<SentDelivery> {
    refuseUnknownKeys("send(target, options)", sendOptions, SEND_KEYS);
    const request = await prepare(sendOptions);
    const answer = await sendTo(
      target,
      { ...request, timestampMs: 0 },
      { path: sendOptions.path, from: sendOptions.from },
    );
    return { ...answer, request, id: request.id };
  }

  return {
    sign: (request) => prepare(request),
    send,
    to: (target) => ({
      send: (type, payload, more = {}) =>
        send(target, { ...more, type, ...(payload === undefined ? {} : { payload }) }),
    }),
  };
}

function tampered(
  signed: SignedDelivery,
  tamper: NonNullable<SendOptions["tamper"]>,
  credentialHeaders: readonly string[],
): SignedDelivery {
  if (typeof tamper === "function") return tamper(signed);
  if (tamper === "signature") {
    const headers = { ...signed.headers };
    for (const name of credentialHeaders) if (headers[name] !== undefined) headers[name] = flipLast(headers[name]);
    return { ...signed, headers };
  }
  const body = Buffer.from(signed.body);
  if (body.length === 0) return { ...signed, body: Buffer.from(" ") };
  // The lowest bit of the last letter or digit: JSON stays JSON, so that only the signature can tell.
  let at = body.length - 1;
  while (at > 0 && !/[0-9a-z]/i.test(String.fromCharCode(body[at] as number))) at--;
  body[at] = (body[at] as number) ^ 1;
  return { ...signed, body };
}

/** Another character of the same alphabet, so that the credential stays well-formed. */
function flipLast(text: string): string {
  const at = text.replace(/=+$/, "").length - 2;
  const flipped = text[at] === "0" ? "1" : "0";
  return `${text.slice(0, at)}${flipped}${text.slice(at + 1)}`;
}
