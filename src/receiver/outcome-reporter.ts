// What became of a delivery, or of an event without one: told to whoever asked, and to whoever listens from outside.
import { pathOf } from "../core/delivery.js";
import { type OutcomeMessage, outcomes, type ReceiverFacts } from "../core/diagnostics.js";
import type { ReceivedEvent } from "../core/event.js";
import { type Ending, type EventOutcome, OUTCOMES, type Outcome } from "../core/outcome.js";
import type { OpenPassage } from "./delivery-context.js";
import { type ReplyTo, retryAfterOf } from "./http-replies.js";
import type { Operator } from "./logger.js";
import { withMalformed } from "./processing/event-outcomes.js";
import { fold, mustComeAgain } from "./processing/process-delivery.js";

const NO_EVENTS: readonly EventOutcome[] = [];

export interface TellerSettings {
  readonly sender: string;
  readonly scope: string | undefined;
  readonly replyTo: ReplyTo;
  readonly operator: Operator;
  readonly facts: ReceiverFacts;
}

export class Teller {
  readonly #settings: TellerSettings;

  constructor(settings: TellerSettings) {
    this.#settings = settings;
  }

  /** Of a delivery that goes no further. */
  ending(passage: OpenPassage, ending: Ending): Outcome {
    const outcome = this.#outcome(passage, ending, NO_EVENTS, false, undefined);
    this.#tell(passage, withoutHeaders(outcome, ending.secretHeaders));
    return outcome;
  }

  /** Of a delivery whose events have ended, one by one. */
  events(passage: OpenPassage, events: readonly EventOutcome[], isLate: boolean): Outcome {
    const { name, by } = fold(events);
    const ending: Ending = {
      name,
      hint: by?.hint,
      error: by?.error,
      status: by?.status,
      reply: by?.reply,
      retryAfterSeconds: by?.retryAfterSeconds,
    };
    const { malformed } = passage;
    const all = malformed.length === 0 ? events : withMalformed(events, malformed);
    return this.#tell(passage, this.#outcome(passage, ending, all, isLate, by));
  }

  /** Of an event without a delivery: it ran from an inbox, long after; or it was fetched. */
  run(event: ReceivedEvent, outcome: EventOutcome, via: "inbox" | "backfill"): void {
    const { name, hint, error, status, retryAfterSeconds } = outcome;
    const run: Outcome = {
      name,
      retry: mustComeAgain(outcome),
      retryAfterSeconds,
      reply: this.#settings.replyTo({ name, hint, error, status, retryAfterSeconds, reply: undefined }),
      events: [outcome],
      trace: [],
      hint,
      error,
      sender: event.sender,
      scope: this.#settings.scope,
      durationMs: undefined,
      method: undefined,
      path: undefined,
      clientAddress: undefined,
      isLate: false,
      via,
    };
    this.#settings.operator.outcome(run);
    if (!outcomes.hasSubscribers) return;
    this.#publish({ outcome: run, delivery: undefined, event, arrivedMs: undefined, skewMs: undefined });
  }

  #outcome(
    passage: OpenPassage,
    ending: Ending,
    events: readonly EventOutcome[],
    isLate: boolean,
    by: EventOutcome | undefined,
  ): Outcome {
    const { delivery } = passage;
    const { sender, scope, replyTo } = this.#settings;
    return {
      name: ending.name,
      retry: by === undefined ? OUTCOMES[ending.name].retry && ending.status === undefined : mustComeAgain(by),
      retryAfterSeconds: retryAfterOf(ending),
      reply: replyTo(ending, passage),
      events,
      trace: passage.trace.lines,
      hint: ending.hint,
      error: ending.error,
      sender,
      scope,
      durationMs: passage.isHeard ? performance.now() - passage.arrivedMs : undefined,
      method: delivery.method,
      path: pathOf(delivery.url),
      clientAddress: passage.clientAddress,
      isLate,
      via: "delivery",
    };
  }

  #tell(passage: OpenPassage, outcome: Outcome): Outcome {
    this.#settings.operator.outcome(outcome);
    if (outcomes.hasSubscribers) {
      const { delivery, arrivedMs, receivedAtMs } = passage;
      const sentAtMs = passage.proof?.sentAtMs;
      const skewMs = sentAtMs === undefined ? undefined : receivedAtMs - sentAtMs;
      this.#publish({ outcome, delivery, event: undefined, arrivedMs, skewMs });
    }
    return outcome;
  }

  #publish(told: Omit<OutcomeMessage, "receiver">): void {
    const message: OutcomeMessage = { ...told, receiver: this.#settings.facts };
    outcomes.publish(message);
  }
}

function withoutHeaders(outcome: Outcome, names: readonly string[] = []): Outcome {
  if (names.length === 0) return outcome;
  const { reply } = outcome;
  const headers = Object.fromEntries(
    Object.entries(reply.headers).filter(([name]) => !names.includes(name.toLowerCase())),
  );
  return { ...outcome, reply: { ...reply, headers } };
}
