// Retries failed deliveries on the sender's schedule until it gives up. It is for tests and not a delivery service: nothing is
// stored, and pending retries end with the process.
import { setTimeout as sleep } from "node:timers/promises";
import type { Sender } from "../sender/sender.js";
import { retrySchedule } from "./retry-schedule.js";
import type { BoundTestSender, SendOptions, SentDelivery } from "./test-sender.js";

/** The source of time: the real clock, or one that advances only when something waits for it. */
export interface SenderClock {
  /** Milliseconds since the epoch. Also for the `now` options of `createTestSender` and `createReceiver`. */
  readonly now: () => number;
  /** Resolves after so much time. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** The real clock. */
export const realClock: SenderClock = { now: Date.now, wait: (milliseconds) => sleep(milliseconds) };

/** A clock that jumps to the next waiter: three days of retries take milliseconds. Waiters wake in the order of their times. */
export function virtualClock(startMs: number = Date.now()): SenderClock {
  let nowMs = startMs;
  let isScheduled = false;
  const due: { readonly atMs: number; readonly wake: () => void }[] = [];

  /** After all other pending work, including that of sockets. */
  function advance(): void {
    isScheduled = false;
    due.sort((one, other) => one.atMs - other.atMs);
    const next = due.shift();
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    schedule();
  }

  function schedule(): void {
    if (isScheduled || due.length === 0) return;
    isScheduled = true;
    setImmediate(advance);
  }

  return {
    now: () => nowMs,
    wait: (milliseconds) =>
      new Promise((wake) => {
        due.push({ atMs: nowMs + milliseconds, wake });
        schedule();
      }),
  };
}

/** Options of `sendPersistently`. */
export interface PersistOptions extends Omit<SendOptions, "type" | "payload" | "duplicateOf" | "attempt"> {
  /** Pauses between attempts, seconds. Default: the sender's own, `retrySchedule(sender)`. */
  readonly afterSeconds?: readonly number[];
  /** Default: the real clock. */
  readonly clock?: SenderClock;
}

/** One attempt. */
export interface Attempt {
  readonly atMs: number;
  /** `undefined` where there was no answer. */
  readonly status: number | undefined;
}

/** How a delivery with retries ended, and each of its attempts. */
export interface Persisted {
  /**
   * `delivered`: the sender got an answer that it accepts as success. `gave_up`: its schedule has ended. `stopped`: an answer
   * ended the retries of this event, or the subscription.
   */
  readonly end: "delivered" | "gave_up" | "stopped";
  readonly attempts: readonly Attempt[];
  /** The last answer; `undefined` where there never was one. */
  readonly last: SentDelivery | undefined;
}

/**
 * Sends an event, and retries it on the sender's schedule until it is delivered, given up or stopped. Each attempt has the same
 * event with a new signature. Obeys `Retry-After` where the sender does. Not promised: the jitter of real senders.
 *
 * @param sender - Its reply profile decides which answers are a success, which ones stop it, and when it retries.
 * @param test - The test sender with its target: `createTestSender(sender, { to })`, with `now: clock.now` for a virtual clock.
 * @example
 * const clock = virtualClock();
 * const test = createTestSender(sender, { to: app, now: clock.now });
 * const { end, attempts } = await sendPersistently(sender, test, "invoice.paid", { data: { object: {} } }, { clock });
 */
export async function sendPersistently<Events>(
  sender: Sender<Events>,
  test: BoundTestSender,
  type: string,
  payload?: unknown,
  options: PersistOptions = {},
): Promise<Persisted> {
  const { afterSeconds = retrySchedule(sender), clock = realClock, ...send } = options;
  const { profile } = sender;
  const attempts: Attempt[] = [];
  let first: SentDelivery | undefined;
  let last: SentDelivery | undefined;
  // A first attempt without an answer leaves no delivery to repeat, so the event's id is chosen here.
  const id = send.id ?? `evt_${crypto.randomUUID().replaceAll("-", "")}`;
  for (let at = 0; ; at++) {
    const atMs = clock.now();
    const { id: _id, body: _body, method: _method, url: _url, contentType: _type, ...changing } = send;
    const attempt = { attempt: at + 1 };
    const again = first === undefined ? { ...send, id, ...attempt } : { ...changing, duplicateOf: first, ...attempt };
    let answer: SentDelivery | undefined;
    try {
      answer = await test.send(type, payload, again);
    } catch (error) {
      // A mistake in the test is not an unavailable receiver.
      if (error instanceof TypeError && !isNetwork(error)) throw error;
    }
    first ??= answer;
    last = answer ?? last;
    attempts.push({ atMs, status: answer?.status });
    const status = answer?.status;
    if (status !== undefined && profile.successStatuses.includes(status)) return { end: "delivered", attempts, last };
    const isStopped = status !== undefined && (status === profile.stopStatus || profile.unsubscribes.includes(status));
    if (isStopped) return { end: "stopped", attempts, last };
    const pauseSeconds = afterSeconds[at];
    if (pauseSeconds === undefined) return { end: "gave_up", attempts, last };
    const asked = profile.honoursRetryAfter ? Number(answer?.headers["retry-after"] ?? 0) : 0;
    await clock.wait(Math.max(pauseSeconds, Number.isFinite(asked) ? asked : 0) * 1000);
  }
}

/** `fetch` throws a TypeError with a cause for a refused connection. */
function isNetwork(error: TypeError): boolean {
  return error.cause !== undefined || error.message === "fetch failed";
}
