// Deadlines: one timer for many, and time limits for promises.
import { Linked, LinkedList } from "./linked-list.js";
import { IS_TIMER_OF_REQUEST, unref } from "./timer.js";

/** Resolves with the answer, or rejects with `late()` after the time limit. A later answer goes to `takeLate`; a later rejection is dropped. */
export function within<T>(
  answer: PromiseLike<T>,
  timeoutMs: number,
  late: () => Error,
  takeLate?: (answer: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    // After the event loop was blocked, timers fire before sockets are read. The answer may have arrived already.
    const deadline = setDeadline(timeoutMs, () =>
      setImmediate(() => {
        isLate = true;
        reject(late());
      }),
    );
    answer.then(
      (value) => {
        cancelDeadline(deadline);
        if (isLate) takeLate?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        cancelDeadline(deadline);
        reject(error);
      },
    );
  });
}

/** How late a deadline may fire, milliseconds. Time limits are seconds, so finer ticks would have no benefit. */
const TICK_MS = 25;

export class Deadline extends Linked<Deadline> {
  /** When it fires, on the monotonic clock. */
  readonly atMs: number;
  readonly fire: () => void;
  /** Its own, where timers belong to requests: one that another request has set would be gone with that one. */
  timer: NodeJS.Timeout | undefined = undefined;

  constructor(atMs: number, fire: () => void) {
    super();
    this.atMs = atMs;
    this.fire = fire;
  }
}

const pending = /* @__PURE__ */ new LinkedList<Deadline>();
let timer: NodeJS.Timeout | undefined;

/** Calls `fire` once, no earlier than `delayMs` from now and at most a tick later, unless cancelled. */
export function setDeadline(delayMs: number, fire: () => void): Deadline {
  const deadline = new Deadline(performance.now() + delayMs, fire);
  if (IS_TIMER_OF_REQUEST) {
    // One that another request has cancelled still goes off.
    deadline.timer = setTimeout(() => deadline.timer && fire(), delayMs);
    return deadline;
  }
  pending.push(deadline);
  if (timer === undefined) schedule();
  return deadline;
}

export function cancelDeadline(deadline: Deadline | undefined): void {
  if (deadline === undefined) return;
  deadline.list?.remove(deadline);
  if (deadline.timer === undefined) return;
  clearTimeout(deadline.timer);
  deadline.timer = undefined;
}

function schedule(): void {
  timer = setTimeout(tick, TICK_MS);
  // The timer does not keep the process alive: a caller that waits for a deadline has an open socket.
  unref(timer);
}

function tick(): void {
  const nowMs = performance.now();
  const due = [...pending].filter(({ atMs }) => atMs <= nowMs);
  for (const deadline of due) {
    if (deadline.list === undefined) continue; // another one has cancelled it
    pending.remove(deadline);
    try {
      deadline.fire();
    } catch (error) {
      // An error of one is reported as an uncaught exception, and the others still fire.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  timer = undefined;
  if (pending.oldest !== undefined) schedule();
}
