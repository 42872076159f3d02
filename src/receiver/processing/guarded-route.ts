// A route of the application's own as the handler of a delivery's events: called once, with those that are to be run, and its answer settles all of them.
import { RetryLater } from "../../core/errors.js";
import type { WebhookEvent } from "../../core/event.js";
import type { EventOutcome } from "../../core/outcome.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import { eventOutcome } from "./event-outcomes.js";
import type { EventRunner } from "./event-processor.js";
import {
  allUntilDeadline,
  type DeliveryRun,
  duplicateInBatch,
  giveWay,
  mustComeAgain,
  type Patience,
} from "./process-delivery.js";
import { RouteFailure } from "./settle-run.js";

export class GuardedRoute {
  /** What the route is to handle: new, valid, and claimed. */
  readonly events: WebhookEvent[] = [];
  readonly #call: (route: GuardedRoute) => void;
  readonly #answered: Promise<void>;
  #succeed: () => void = () => undefined;
  #fail: (reason: Error) => void = () => undefined;
  readonly #ended: Promise<void>;
  #tellEnded: () => void = () => undefined;
  #patience: Patience | undefined;
  #isLast = false;
  #reach: () => void = () => undefined;
  #wasCalled = false;

  /** @param call - Calls the route. Called at most once, and within what subscribers put around the run of the last event. */
  constructor(call: (route: GuardedRoute) => void) {
    this.#call = call;
    this.#answered = new Promise((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
    });
    this.#answered.catch(() => undefined); // where no event waits for it
    this.#ended = new Promise((resolve) => {
      this.#tellEnded = resolve;
    });
  }

  /** The response is the route's. */
  get wasCalled(): boolean {
    return this.#wasCalled;
  }

  /** The route answers: 2xx completes its events, anything else gives them back. Resolves once that is done and reported. */
  answer(status: number): Promise<void> {
    if (status >= 200 && status < 300) this.#succeed();
    else this.#fail(new RouteFailure(`the route answered ${status}`));
    return this.#ended;
  }

  /** What became of the events has been reported. */
  end(): void {
    this.#tellEnded();
  }

  /** An outcome for each event, once the route has answered, or where it is not to be called. */
  run(runner: EventRunner, delivery: DeliveryRun): Promise<readonly EventOutcome[]> {
    return allUntilDeadline(delivery, async (patience) => {
      this.#patience = patience;
      try {
        return await Promise.all(await this.#gather(runner, delivery));
      } catch (cause) {
        this.#fail(new RetryLater({ reason: "hookgate itself failed" })); // those that wait are given back
        throw cause;
      }
    });
  }

  /** One event after another, until each has ended or waits for the route, which gets all of what is new or nothing. */
  async #gather(
    runner: EventRunner,
    { events, subject, isDeduped }: DeliveryRun,
  ): Promise<MaybePromise<EventOutcome>[]> {
    const outcomes: MaybePromise<EventOutcome>[] = [];
    const firstOfId = new Map<string, MaybePromise<EventOutcome>>();
    for (const [at, event] of events.entries()) {
      const first = isDeduped && event.id !== undefined ? firstOfId.get(event.id) : undefined;
      if (first !== undefined) {
        outcomes.push(Promise.resolve(first).then((outcome) => duplicateInBatch(event, outcome)));
        continue;
      }
      await giveWay(at);
      this.#isLast = at === events.length - 1;
      const reached = new Promise<undefined>((resolve) => {
        this.#reach = () => resolve(undefined);
      });
      const outcome = runner.run(event, subject, { handler: this.#handle, weight: this.events.length === 0 ? 1 : 0 });
      outcomes.push(outcome);
      if (event.id !== undefined) firstOfId.set(event.id, outcome);
      const ended = await Promise.race([reached, outcome]);
      if (this.#patience?.isOver || (ended !== undefined && mustComeAgain(ended))) {
        const why = ended === undefined ? "the delivery's time is over" : `${ended.type} must be retried`;
        const hint = `the route takes all events of a delivery or none, and ${why}`;
        this.#fail(new RetryLater({ reason: hint }));
        const rest = events.slice(at + 1).map((one) => eventOutcome(one, "retry_later", { hint }));
        return [...outcomes, ...rest];
      }
    }
    if (this.events.length > 0) this.#callOnce();
    return outcomes;
  }

  /** The handler of each event. */
  readonly #handle = (event: WebhookEvent): Promise<void> => {
    if (!this.#patience?.isOver) {
      this.events.push(event);
      if (this.#isLast) this.#callOnce();
    }
    this.#reach();
    return this.#answered;
  };

  #callOnce(): void {
    if (this.#wasCalled) return;
    this.#wasCalled = true;
    this.#patience?.end(); // from here on the sender waits for the route, as long as it likes
    this.#call(this);
  }
}
