// Retries failed deliveries on the sender's schedule, until it gives up. A test instrument, not a delivery service: nothing is
// kept, and a process that ends forgets what was due.
import { setTimeout as sleep } from "node:timers/promises";
import type { Sender } from "../sender/sender.js";
import { retrySchedule } from "./retry-schedule.js";
import type { BoundTestSender, SendOptions, SentDelivery } from "./test-sender.js";

/** Where time comes from: the real one, or one that passes only when somebody waits. */
export interface SenderClock {
  /** Milliseconds since the epoch: for `createTestSender` and `createReceiver` too. */
  readonly now: () => number;
  /** Resolves once so much time has passed. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** Time as it is. */
export const realClock: SenderClock = { now: Date.now, wait: (milliseconds) => sleep(milliseconds) };

/** Time that passes at once: three days of retries take milliseconds. Who waits first is woken first. */
export function virtualClock(startMs: number = Date.now()): SenderClock {
  let nowMs = startMs;
  let isScheduled = false;
  const due: { readonly atMs: number; readonly wake: () => void }[] = [];

  /** After everything else that can go on has gone on; sockets too. */
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
  /** Default: real time. */
  readonly clock?: SenderClock;
}

/** One attempt. */
export interface Attempt {
  readonly atMs: number;
  /** `undefined`: nobody answered. */
  readonly status: number | undefined;
}

/** How a delivery with retries ended, and each of its attempts. */
export interface Persisted {
  /**
   * `delivered`, with an answer that this sender takes as success. `gave_up`: its schedule has ended. `stopped`: an answer
   * ended it, for this event or for good.
   */
  readonly end: "delivered" | "gave_up" | "stopped";
  readonly attempts: readonly Attempt[];
  /** The last answer; `undefined` where nobody ever answered. */
  readonly last: SentDelivery | undefined;
}

/**
 * Sends an event, and again by the sender's schedule, until it is delivered, given up or stopped: the same event each time,
 * signed anew. Obeys `Retry-After` where the sender does. Not promised: the jitter that real senders have.
 *
 * @param sender - Whose profile decides what success is, what stops it, and when it tries again.
 * @param test - Where it goes: `createTestSender(sender, { to })`, with `now: clock.now` where time is virtual.
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
  // A first attempt that nobody answered has no delivery to repeat, so the event's id is chosen here.
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
      // A mistake in the test is not a receiver that is down.
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

/** `fetch` throws a TypeError for a connection that was refused, with its cause. */
function isNetwork(error: TypeError): boolean {
  return error.cause !== undefined || error.message === "fetch failed";
}
