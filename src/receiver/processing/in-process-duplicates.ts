// Lets concurrent deliveries of one event in this process wait for the run of the first.
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { ClaimSubject } from "../../dedupe/claim-subject.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import { eventOutcome, otherBody } from "./event-outcomes.js";

/** How long a duplicate waits for the reply of the run. */
const DUPLICATE_WAIT_MS = 1_000;

/** A run that others with the same key wait for. */
class RunningEvent {
  readonly ended: PromiseLike<EventOutcome>;
  #content: { readonly event: ReceivedEvent; readonly subject: ClaimSubject } | undefined;

  constructor(ended: PromiseLike<EventOutcome>, event: ReceivedEvent, subject: ClaimSubject) {
    this.ended = ended;
    this.#content = { event, subject };
  }

  isOtherBody(event: ReceivedEvent, subject: ClaimSubject): boolean {
    const own = this.#content;
    return own !== undefined && subject.eventDigest(event) !== own.subject.eventDigest(own.event);
  }

  /** See `LinkedList`: a table that the map has outgrown must not keep the body. */
  dropContent(): void {
    this.#content = undefined;
  }
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
  add(key: string, ended: PromiseLike<EventOutcome>, event: ReceivedEvent, subject: ClaimSubject): void {
    const running = new RunningEvent(ended, event, subject);
    this.#running.set(key, running);
    const forget = (): void => {
      running.dropContent();
      // Where the run was abandoned, the event may have another one by now.
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    ended.then(forget, forget);
  }

  forget(key: string): void {
    this.#running.get(key)?.dropContent();
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
    if (running.isOtherBody(event, subject)) {
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
