// Deadlines: one timer for many, and promises that are given up.
import { Linked, LinkedList } from "./linked-list.js";
import { IS_TIMER_OF_REQUEST, unref } from "./timer.js";

/** The answer, or `late()`. What comes after that is given to `takeLate`, or dropped, as a rejection is. */
export function within<T>(
  answer: PromiseLike<T>,
  timeoutMs: number,
  late: () => Error,
  takeLate?: (answer: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    // After a long block of the event loop timers come first, though the answer may lie in the socket: let it be read.
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

/** How late a deadline may fire, milliseconds. A handler's time limit is seconds; finer ticks would only cost. */
const TICK_MS = 25;

export class Deadline extends Linked<Deadline> {
  /** On the monotonic clock. */
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
  // Whoever waits for a deadline is held by a socket of their own; a timer of ours must not keep a process alive.
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
      // One that throws is told of like any uncaught error, and keeps no other from firing.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  timer = undefined;
  if (pending.oldest !== undefined) schedule();
}
