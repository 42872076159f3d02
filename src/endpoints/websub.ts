// Keeps a WebSub subscription: requests it at the hub and renews it before its lease expires.
import { setTimeout as sleep } from "node:timers/promises";
import { CHECKED_LATER, checkOptions, required, TEXT, wholeNumber } from "../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../lib/sender-api/client.js";
import { checkSecret, checkUrl } from "./options.js";

/** Options of `websubSubscription`. */
export interface WebsubSubscriptionOptions extends Omit<ApiOptions, "baseUrl"> {
  /** The URL of the hub, from the topic's Link header. */
  readonly hub: string;
  readonly topic: string;
  /** The URL of your receiver with `websub({ secret, topics })`. */
  readonly callback: string;
  /** The secret, under 200 bytes. */
  readonly secret: string | undefined;
  /** The requested lease. The hub decides, and passes its decision to the receiver's handshake. Default ten days. */
  readonly leaseSeconds?: number;
}

/** A subscription at a WebSub hub. */
export interface WebsubSubscription {
  /** Requests the subscription. The hub then calls the receiver, which must be listening. */
  subscribe(): Promise<void>;
  unsubscribe(): Promise<void>;
  /**
   * Subscribes now and again after half of the lease; sooner after a failure, which is reported to `onError`. Does not keep a
   * process alive.
   *
   * @returns A function that stops the renewals. The subscription stays until its lease expires.
   */
  keep(onError?: (error: unknown) => void): () => void;
}

const LEASE_SECONDS = 10 * 86_400;
const MAX_SECRET_BYTES = 199;
const FAILURE_PAUSE_SECONDS = 60;
/** The maximum of Node's timers is 2^31-1 ms. */
const MAX_PAUSE_SECONDS = 2_147_483;

/**
 * Source:  W3C Recommendation WebSub, section 5.1: subscribing again is renewing.
 * Promise: the subscription is requested, and requested again in time. Not promised: that the hub agrees; it answers to the receiver.
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
