// Runs the entries of an inbox as events.
import type { Delivery } from "../../core/delivery.js";
import { WebhookError } from "../../core/errors.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome } from "../../core/outcome.js";
import { ClaimSubject, NOT_SWAPPABLE } from "../../dedupe/claim-subject.js";
import { toEvent } from "../../inbox/entry.js";
import type { Inbox, InboxDecision, InboxEntry, InboxJob, InboxWork } from "../../inbox/inbox.js";
import { InboxClaim } from "../../inbox/inbox-claim.js";
import { type Backoff, decisionOf } from "../../inbox/retry-policy.js";
import { asBuffer } from "../../lib/bytes.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import type { Parsed } from "../../lib/json.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import { eventOutcome } from "./event-outcomes.js";
import type { EventRunner } from "./event-processor.js";
import { ABANDON_GRACE_MS } from "./handler-run.js";

export interface WorkSettings {
  readonly inbox: Inbox<unknown>;
  readonly source: string;
  readonly sender: string;
  readonly concurrency: number;
  readonly backoff: Backoff;
  readonly handlerTimeoutMs: number;
  /** Runs under the inbox's own hold, or under claims of a store where it has them. */
  readonly runner: EventRunner;
  /** Whether an entry's type has a handler, where one without is a failure and not ignored: its sender was answered that it will be handled. */
  readonly isHandled: ((type: string) => boolean) | undefined;
  /** The runner claims each entry that has an id by itself. */
  readonly hasClaims: boolean;
  readonly readPayload: (delivery: Delivery) => MaybePromise<Parsed<unknown>>;
  readonly random: () => number;
  /** Told of each run. */
  readonly onRun: (event: ReceivedEvent, outcome: EventOutcome) => void;
  readonly onError: (error: WebhookError) => void;
}

export interface InboxWorker {
  /** Takes no more; waits for what runs, then ends it and leaves it to others. */
  stop(graceSeconds: number): Promise<void>;
}

/** After the handler was given up, so much longer until its entry is. */
const GIVEN_UP_MS = 1_000;

const NO_HANDLER =
  "no handler takes its type, which a guarded route would have: register one with receiver.on, and redrive the event";

export function startInboxWorker(settings: WorkSettings): InboxWorker {
  const { inbox, source, runner, onError } = settings;
  const ends = new Set<() => void>();
  let isStopping = false;

  async function run(entry: InboxEntry, job: InboxJob): Promise<InboxDecision> {
    const parsed = await toEvent(entry, settings.sender, settings.readPayload);
    if (!parsed.ok) return dead(entry, `its bytes can no longer be read: ${parsed.hint}`);
    if (settings.isHandled?.(entry.type) === false) return dead(entry, NO_HANDLER);
    const event = parsed.value;
    const claim = new InboxClaim(entry.key, job);
    const subject = new ClaimSubject(asBuffer(entry.body), event.source, NOT_SWAPPABLE, undefined);
    const outcome = await inTime(event, () =>
      runner.run(event, subject, settings.hasClaims && event.id !== undefined ? { key: entry.key } : { claim }),
    );
    settings.onRun(event, outcome);
    const { attempt } = job;
    const decision = decisionOf(
      { outcome, attempt, progress: claim.left, isStopping },
      settings.backoff,
      settings.random,
    );
    return decision.state === "dead" ? dead(entry, decision.reason) : decision;
  }

  function dead(entry: InboxEntry, reason: string): InboxDecision {
    onError(new WebhookError("event_dead", `an event of type ${entry.type} is dead in the inbox: ${reason}`));
    return { state: "dead", reason };
  }

  /** The outcome; or what stands for it where the handler was given up, or the worker is stopping. */
  function inTime(event: ReceivedEvent, start: () => EventOutcome | PromiseLike<EventOutcome>): Promise<EventOutcome> {
    return new Promise((resolve, reject) => {
      let deadline: Deadline | undefined;
      const settle = (outcome: EventOutcome): void => {
        cancelDeadline(deadline);
        ends.delete(end);
        resolve(outcome);
      };
      const end = (): void => settle(eventOutcome(event, "closing", { hint: "the worker was stopped" }));
      ends.add(end);
      deadline = setDeadline(settings.handlerTimeoutMs + ABANDON_GRACE_MS + GIVEN_UP_MS, () =>
        settle(eventOutcome(event, "handler_failed", { hint: "the handler did not end in time, and was given up" })),
      );
      Promise.resolve()
        .then(start)
        .then(settle, (cause: unknown) => {
          cancelDeadline(deadline);
          ends.delete(end);
          reject(cause);
        });
    });
  }

  const work: InboxWork = inbox.work({
    source,
    concurrency: settings.concurrency,
    run,
    onError,
    onDead: (entry, reason) => void dead(entry, reason),
  });
  return {
    async stop(graceSeconds) {
      const stopped = work.stop();
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceSeconds * 1_000);
      });
      await Promise.race([stopped, patience]);
      clearTimeout(timer);
      isStopping = true;
      const reason = new Error("the worker is stopping");
      await Promise.all([...runner.active].map((one) => one.stop(reason)));
      for (const end of ends) end();
      await stopped;
    },
  };
}
