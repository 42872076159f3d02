// Reports what became of a delivery or of an event: to `onOutcome`, the logger and diagnostics subscribers.
import { pathOf } from "../core/delivery.js";
import { type OutcomeMessage, outcomes, type ReceiverFacts } from "../core/diagnostics.js";
import type { ReceivedEvent } from "../core/event.js";
import type { EventOutcome, Outcome, Rejection } from "../core/outcome.js";
import { OUTCOMES } from "../core/outcomes.js";
import type { OpenDeliveryContext } from "./delivery-context.js";
import { type ReplyTo, retryAfterOf } from "./http-replies.js";
import type { ReceiverLogger } from "./logger.js";
import { withMalformed } from "./processing/event-outcomes.js";
import { fold, mustComeAgain } from "./processing/process-delivery.js";

const NO_EVENTS: readonly EventOutcome[] = [];

export interface OutcomeReporterSettings {
  readonly sender: string;
  readonly scope: string | undefined;
  readonly replyTo: ReplyTo;
  readonly log: ReceiverLogger;
  readonly facts: ReceiverFacts;
}

export class OutcomeReporter {
  readonly #settings: OutcomeReporterSettings;

  constructor(settings: OutcomeReporterSettings) {
    this.#settings = settings;
  }

  /** Reports a delivery that goes no further. */
  rejected(ctx: OpenDeliveryContext, rejection: Rejection): Outcome {
    const outcome = this.#outcome(ctx, rejection, NO_EVENTS, false, undefined);
    this.#report(ctx, withoutHeaders(outcome, rejection.secretHeaders));
    return outcome;
  }

  /** Reports a delivery whose events have ended. */
  completed(ctx: OpenDeliveryContext, events: readonly EventOutcome[], isLate: boolean): Outcome {
    const { name, by } = fold(events);
    const rejection: Rejection = {
      name,
      hint: by?.hint,
      error: by?.error,
      status: by?.status,
      reply: by?.reply,
      retryAfterSeconds: by?.retryAfterSeconds,
    };
    const { malformed } = ctx;
    const all = malformed.length === 0 ? events : withMalformed(events, malformed);
    return this.#report(ctx, this.#outcome(ctx, rejection, all, isLate, by));
  }

  /** Reports an event without a delivery: it ran from an inbox, or it was fetched. */
  ran(event: ReceivedEvent, outcome: EventOutcome, via: "inbox" | "backfill"): void {
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
    this.#settings.log.outcome(run);
    if (!outcomes.hasSubscribers) return;
    this.#publish({ outcome: run, delivery: undefined, event, arrivedMs: undefined, skewMs: undefined });
  }

  #outcome(
    ctx: OpenDeliveryContext,
    rejection: Rejection,
    events: readonly EventOutcome[],
    isLate: boolean,
    by: EventOutcome | undefined,
  ): Outcome {
    const { delivery } = ctx;
    const { sender, scope, replyTo } = this.#settings;
    return {
      name: rejection.name,
      retry: by === undefined ? OUTCOMES[rejection.name].retry && rejection.status === undefined : mustComeAgain(by),
      retryAfterSeconds: retryAfterOf(rejection),
      reply: replyTo(rejection, ctx),
      events,
      trace: ctx.trace.lines,
      hint: rejection.hint,
      error: rejection.error,
      sender,
      scope,
      durationMs: ctx.isHeard ? performance.now() - ctx.arrivedMs : undefined,
      method: delivery.method,
      path: pathOf(delivery.url),
      clientAddress: ctx.clientAddress,
      isLate,
      via: "delivery",
    };
  }

  #report(ctx: OpenDeliveryContext, outcome: Outcome): Outcome {
    this.#settings.log.outcome(outcome);
    if (outcomes.hasSubscribers) {
      const { delivery, arrivedMs, receivedAtMs } = ctx;
      const sentAtMs = ctx.proof?.sentAtMs;
      const skewMs = sentAtMs === undefined ? undefined : receivedAtMs - sentAtMs;
      this.#publish({ outcome, delivery, event: undefined, arrivedMs, skewMs });
    }
    return outcome;
  }

  #publish(of: Omit<OutcomeMessage, "receiver">): void {
    const message: OutcomeMessage = { ...of, receiver: this.#settings.facts };
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
