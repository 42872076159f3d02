// Lets concurrent deliveries of one event in this process wait for the run of the first.
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { ClaimSubject } from "../../dedupe/claim-subject.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import { eventOutcome, otherBody } from "./event-outcomes.js";

/** How long a duplicate waits for the reply of the run. */
const DUPLICATE_WAIT_MS = 1_000;

/** A run that others with the same key wait for. */
export interface RunningEvent {
  readonly ended: PromiseLike<EventOutcome>;
  readonly event: ReceivedEvent;
  readonly subject: ClaimSubject;
}

export class InProcessDuplicates {
  /** By dedupe key. */
  readonly #running = new Map<string, RunningEvent>();
  readonly #isStrict: boolean;
  readonly #retryAfterSeconds: number;

  constructor(isStrict: boolean, handlerTimeoutMs: number) {
    this.#isStrict = isStrict;
    this.#retryAfterSeconds = Math.ceil(handlerTimeoutMs / 1000);
  }

  find(key: string): RunningEvent | undefined {
    return this.#running.get(key);
  }

  /** Until the run has ended, or `forget` is called. */
  add(key: string, running: RunningEvent): void {
    this.#running.set(key, running);
    const forget = (): void => {
      // Where the run was abandoned, the event may have another one by now.
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    running.ended.then(forget, forget);
  }

  forget(key: string): void {
    this.#running.delete(key);
  }

  /** The outcome of a duplicate: that of the run, where it ends soon. */
  async outcomeOf(
    event: ReceivedEvent,
    subject: ClaimSubject,
    running: RunningEvent,
    notes: Note[],
  ): Promise<EventOutcome> {
    // Both bodies are at hand, so they are compared, whatever the store compares.
    if (subject.eventDigest(event) !== running.subject.eventDigest(running.event)) {
      notes.push("body_mismatch");
      if (this.#isStrict) return otherBody(event, notes);
    }
    let deadline: Deadline | undefined;
    const patience = new Promise<undefined>((resolve) => {
      deadline = setDeadline(DUPLICATE_WAIT_MS, () => resolve(undefined));
    });
    const outcome = await Promise.race([running.ended, patience]);
    cancelDeadline(deadline);
    if (outcome === undefined) {
      return eventOutcome(event, "in_flight", {
        notes,
        retryAfterSeconds: this.#retryAfterSeconds,
        hint: "the same event is being handled in this process",
      });
    }
    if (outcome.name === "processed") return eventOutcome(event, "duplicate", { notes, reply: outcome.reply });
    return { ...outcome, error: undefined, notes };
  }
}
