// Runs all events of one delivery, one after another, under one deadline, and folds their outcomes into one.
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome } from "../../core/outcome.js";
import { OUTCOMES, type OutcomeName } from "../../core/outcomes.js";
import type { ClaimSubject } from "../../dedupe/claim-subject.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { eventOutcome } from "./event-outcomes.js";
import type { EventRunner } from "./event-processor.js";

export interface DeliveryRun {
  readonly events: readonly ReceivedEvent[];
  readonly subject: ClaimSubject;
  /** Equal ids in one body are one event; off where ids are not to be believed. */
  readonly isDeduped: boolean;
  /** When the sender must have its answer, on the monotonic clock. */
  readonly answerByMs: number;
  /** `Retry-After` of the reply while a handler runs on. */
  readonly runningRetryAfterSeconds: number;
  /** Told once, when a handler ended after the answer: all events, those that were never started included. */
  readonly onLate: (outcomes: readonly EventOutcome[]) => void;
  /** Told of a failure of hookgate itself after the answer. */
  readonly onLateFailure: (cause: unknown) => void;
}

/**
 * An outcome for every event, at the latest when the sender's patience ends; the running handler runs on. At once where
 * nothing has to be waited for. Rejects only where hookgate itself fails.
 */
export function runDelivery(runner: EventRunner, run: DeliveryRun): MaybePromise<readonly EventOutcome[]> {
  const [only] = run.events;
  if (run.events.length !== 1 || only === undefined) {
    const outcomes: EventOutcome[] = [];
    return untilDeadline(run, outcomes, (patience) => runEach(runner, run, outcomes, patience));
  }
  const outcome = runner.run(only, run.subject);
  return isPromise(outcome) ? untilDeadline(run, [], () => outcome) : [outcome];
}

const EVENTS_PER_TURN = 50;

/** Lets other deliveries have their turn, once after so many events of a long batch. */
export function giveWay(at: number): Promise<void> | undefined {
  if ((at + 1) % EVENTS_PER_TURN !== 0) return undefined;
  return new Promise((resolve) => setImmediate(resolve));
}

/** Each event is claimed just before it runs, or its lease would end while it waits. Past the deadline no more is started. */
async function runEach(
  runner: EventRunner,
  run: DeliveryRun,
  outcomes: EventOutcome[],
  patience: Patience,
): Promise<undefined> {
  const firstOfId = run.isDeduped ? new Map<string, EventOutcome>() : undefined;
  for (const [at, event] of run.events.entries()) {
    const first = event.id === undefined ? undefined : firstOfId?.get(event.id);
    const outcome = first === undefined ? await runner.run(event, run.subject) : duplicateInBatch(event, first);
    outcomes.push(outcome);
    // What no handler took is no event that was handled: another of its id and of another type may have one.
    if (event.id !== undefined && outcome.name !== "ignored") firstOfId?.set(event.id, outcome);
    if (patience.isOver) return;
    await giveWay(at);
  }
}

/**
 * How long the sender waits for the outcome of a delivery.
 *
 * A class, and no closures in it: V8 keeps a closure that is a getter of an object literal, or that is put into a field
 * of an object later on, until a major collection, and with it the delivery that it refers to (135 KB of each of 100 KB).
 */
export class Patience {
  /** The sender has been answered. */
  isOver = false;
  deadline: Deadline | undefined;

  /** The answer no longer depends on the time. */
  end(): void {
    cancelDeadline(this.deadline);
  }
}

/** As `untilDeadline`, of work that has all outcomes at once. */
export function allUntilDeadline(
  run: DeliveryRun,
  work: (patience: Patience) => PromiseLike<readonly EventOutcome[]>,
): Promise<readonly EventOutcome[]> {
  const outcomes: EventOutcome[] = [];
  return untilDeadline(run, outcomes, async (patience) => {
    for (const outcome of await work(patience)) outcomes.push(outcome);
    return undefined;
  });
}

/** Resolves when the work is done or the time is up. The work adds to the outcomes, or answers the only one. */
function untilDeadline(
  run: DeliveryRun,
  outcomes: EventOutcome[],
  work: (patience: Patience) => PromiseLike<EventOutcome | undefined>,
): Promise<readonly EventOutcome[]> {
  return new Promise((resolve, reject) => {
    const patience = new Patience();
    const rest = (): EventOutcome[] =>
      run.events
        .slice(outcomes.length)
        .map((event) => eventOutcome(event, "handler_running", { retryAfterSeconds: run.runningRetryAfterSeconds }));
    patience.deadline = setDeadline(run.answerByMs - performance.now(), () => {
      patience.isOver = true;
      resolve([...outcomes, ...rest()]);
    });
    work(patience).then(
      (only) => {
        patience.end();
        if (only !== undefined) outcomes.push(only);
        if (patience.isOver) run.onLate([...outcomes, ...rest()]);
        else resolve(outcomes);
      },
      (error: unknown) => {
        patience.end();
        if (patience.isOver) run.onLateFailure(error);
        else reject(error);
      },
    );
  });
}

/** Of an event whose id an earlier one of the same delivery has. */
export function duplicateInBatch({ type }: ReceivedEvent, first: EventOutcome): EventOutcome {
  if (first.name !== "processed") return { ...first, type };
  return { ...first, type, name: "duplicate", attempt: undefined, notes: [] };
}

/** What a whole delivery comes to. */
export interface Folded {
  readonly name: OutcomeName;
  /** The event that decided, where one did. */
  readonly by: EventOutcome | undefined;
}

/**
 * Any event that must be retried makes the reply "retry". Else one event decides, and of several the first
 * success does: a discarded, ignored or malformed one never fails its neighbours.
 */
export function fold(outcomes: readonly EventOutcome[]): Folded {
  const first = outcomes[0];
  if (first === undefined) return { name: "empty", by: undefined };
  if (outcomes.length === 1) return { name: first.name, by: first };
  // What failed says more than what was only put off.
  const again =
    outcomes.find((outcome) => mustComeAgain(outcome) && outcome.name !== "retry_later") ??
    outcomes.find(mustComeAgain);
  if (again !== undefined) return { name: again.name, by: { ...again, retryAfterSeconds: longestWait(outcomes) } };
  const done = outcomes.find((outcome) => OUTCOMES[outcome.name].status === "success") ?? first;
  // Several events share one reply, so no single handler's own reply is sent.
  return { name: done.name, by: { ...done, reply: undefined } };
}

/** `onInvalid: "reject"` turns the row's "retry" into a final answer. */
export function mustComeAgain(outcome: EventOutcome): boolean {
  return OUTCOMES[outcome.name].retry && outcome.status === undefined;
}

function longestWait(outcomes: readonly EventOutcome[]): number | undefined {
  let longest: number | undefined;
  for (const { retryAfterSeconds: wait } of outcomes) {
    if (wait !== undefined && (longest === undefined || wait > longest)) longest = wait;
  }
  return longest;
}
