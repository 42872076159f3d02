// Keeps a WebSub subscription: requests it at the hub and renews it before its lease ends.
import { setTimeout as sleep } from "node:timers/promises";
import { CHECKED_LATER, checkOptions, required, TEXT, wholeNumber } from "../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../lib/sender-api/client.js";
import { checkSecret, checkUrl } from "./options.js";

/** Options of `websubSubscription`. */
export interface WebsubSubscriptionOptions extends Omit<ApiOptions, "baseUrl"> {
  /** The hub, as the topic's Link header names it. */
  readonly hub: string;
  readonly topic: string;
  /** Our own URL, where `websub({ secret, topics })` receives. */
  readonly callback: string;
  /** Under 200 bytes. */
  readonly secret: string | undefined;
  /** What is asked for; the hub decides, and tells the receiver's handshake. Default ten days. */
  readonly leaseSeconds?: number;
}

/** A subscription at a WebSub hub. */
export interface WebsubSubscription {
  /** Asks the hub; it then asks the receiver, which must be listening. */
  subscribe(): Promise<void>;
  unsubscribe(): Promise<void>;
  /**
   * Subscribes now, and again at half of the lease; sooner after a failure, which is told to `onError`. Does not keep a
   * process alive.
   *
   * @returns Ends the renewals; the subscription stays until its lease ends.
   */
  keep(onError?: (error: unknown) => void): () => void;
}

const LEASE_SECONDS = 10 * 86_400;
const MAX_SECRET_BYTES = 199;
const FAILURE_PAUSE_SECONDS = 60;
/** Node's timers end at 2^31-1 ms. */
const MAX_PAUSE_SECONDS = 2_147_483;

/**
 * Source:  W3C Recommendation WebSub, section 5.1: subscribing again is renewing.
 * Promise: asked for, and asked for again in time. Not promised: that the hub agrees; it says so to the receiver.
 *
 * @throws {TypeError} When an option is missing, malformed or unknown.
 */
export function websubSubscription(options: WebsubSubscriptionOptions): WebsubSubscription {
  const where = "websubSubscription";
  checkOptions<WebsubSubscriptionOptions>(where, options, {
    hub: CHECKED_LATER,
    topic: required(TEXT),
    callback: CHECKED_LATER,
    secret: CHECKED_LATER,
    leaseSeconds: wholeNumber(1),
    ...API_RULES,
  });
  const { topic, leaseSeconds = LEASE_SECONDS } = options;
  const hub = checkUrl(where, "hub", options.hub);
  const callback = checkUrl(where, "callback", options.callback);
  const secret = checkSecret(where, "secret", options.secret);
  if (Buffer.byteLength(secret) > MAX_SECRET_BYTES)
    throw new TypeError(`${where}: secret must be under 200 bytes (WebSub section 5.1)`);
  const api = new SenderApi({ sender: "the hub", baseUrl: hub, headers: {}, secrets: [secret], options });

  async function ask(mode: "subscribe" | "unsubscribe"): Promise<void> {
    const form: (readonly [string, string])[] = [
      ["hub.mode", mode],
      ["hub.topic", topic],
      ["hub.callback", callback],
    ];
    if (mode === "subscribe") form.push(["hub.secret", secret], ["hub.lease_seconds", String(leaseSeconds)]);
    await api.call({
      what: `${mode} ${topic}`,
      method: "POST",
      path: "",
      form,
      isRepeatable: true,
      isBodyIgnored: true,
    });
  }

  async function renew(onError: (error: unknown) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pauseSeconds = leaseSeconds / 2;
      try {
        await ask("subscribe");
      } catch (error) {
        onError(error);
        pauseSeconds = Math.min(FAILURE_PAUSE_SECONDS, pauseSeconds);
      }
      await sleep(Math.min(pauseSeconds, MAX_PAUSE_SECONDS) * 1000, undefined, { signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  return {
    subscribe: () => ask("subscribe"),
    unsubscribe: () => ask("unsubscribe"),
    keep(onError = () => undefined) {
      const stop = new AbortController();
      void renew(onError, stop.signal);
      return () => stop.abort();
    },
  };
}
