// Takes one delivery through its checks and events to its outcome. Knows no HTTP framework.

import type { Delivery } from "../core/delivery.js";
import { type ArrivalMessage, arrivals, outcomes, type ReceiverFacts } from "../core/diagnostics.js";
import { WebhookError } from "../core/errors.js";
import type { EventOutcome, Outcome, Rejection } from "../core/outcome.js";
import { Trace } from "../core/trace.js";
import { ClaimSubject, NOT_SWAPPABLE } from "../dedupe/claim-subject.js";
import type { ClientAddressSource } from "../ip/client-address.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import type { ReadLimits } from "./body-chunks.js";
import type { MalformedItem } from "./checks/check.js";
import { type ReceiverLoad, refuseForLoad } from "./checks/load.js";
import { type CompiledChecks, runChecks } from "./compile-checks.js";
import type { OpenDeliveryContext } from "./delivery-context.js";
import type { ReceiverLogger } from "./logger.js";
import type { OutcomeReporter } from "./outcome-reporter.js";
import type { EventRunner } from "./processing/event-processor.js";
import { GuardedRoute } from "./processing/guarded-route.js";
import type { Handlers } from "./processing/handler-registry.js";
import { allUntilDeadline, type DeliveryRun, runDelivery } from "./processing/process-delivery.js";
import type { ReceiverInbox } from "./receiver-inbox.js";

const NO_ITEMS: readonly MalformedItem[] = [];

const NO_HANDLER =
  "no handler is registered: every genuine delivery is answered with success and dropped. Register a handler with receiver.on(type, handler) or receiver.onUnhandled(handler)";
const NO_HANDLER_FOR_SPILLED =
  "receiver.guard is used with spillTo, and no handler is registered: events that arrive while the dedupe store is down are stored, and a guarded route cannot run them later. Register handlers with receiver.on as well; they run the stored events";

export interface PipelineSettings {
  readonly checks: CompiledChecks;
  readonly handlers: Handlers;
  readonly runner: EventRunner;
  readonly reporter: OutcomeReporter;
  readonly log: ReceiverLogger;
  readonly facts: ReceiverFacts;
  readonly load: ReceiverLoad;
  /** Stores events before they are handled; `undefined`: handlers run before the reply. */
  readonly inbox: ReceiverInbox | undefined;
  /** Events that the dedupe store could not claim are stored, and handled later. */
  readonly spills: boolean;
  readonly isDeduped: boolean;
  /** Members of the body that differ between attempts of one event. */
  readonly retriesChange: RegExp | undefined;
  readonly bodyLimits: ReadLimits;
  readonly clientAddress: ClientAddressSource;
  /** `allow` is set: without the peer's address every delivery is refused. */
  readonly needsAddress: boolean;
  /** `onOutcome` or a logger takes every outcome, so durations and traces are kept. */
  readonly isObserved: boolean;
  readonly answerWithinMs: number;
  readonly handlerTimeoutMs: number;
  readonly now: () => number;
}

export class DeliveryPipeline {
  readonly log: ReceiverLogger;
  readonly runner: EventRunner;
  readonly bodyLimits: ReadLimits;
  readonly clientAddress: ClientAddressSource;
  readonly needsAddress: boolean;
  readonly #settings: PipelineSettings;

  constructor(settings: PipelineSettings) {
    this.#settings = settings;
    this.log = settings.log;
    this.runner = settings.runner;
    this.bodyLimits = settings.bodyLimits;
    this.clientAddress = settings.clientAddress;
    this.needsAddress = settings.needsAddress;
  }

  get isClosing(): boolean {
    return this.#settings.load.isClosing;
  }

  /** Starts a delivery; its body may come later. */
  open(delivery: Delivery): OpenDeliveryContext {
    const { handlers, facts, isObserved, now } = this.#settings;
    handlers.close();
    const isHeard = isObserved || outcomes.hasSubscribers;
    const arrivedMs = performance.now();
    if (arrivals.hasSubscribers) {
      const message: ArrivalMessage = { delivery, receiver: facts, arrivedMs };
      arrivals.publish(message);
    }
    return {
      delivery,
      isHeard,
      trace: new Trace(isHeard),
      receivedAtMs: now(),
      arrivedMs,
      clientAddress: undefined,
      proof: undefined,
      payload: undefined,
      events: [],
      malformed: NO_ITEMS,
      binding: NOT_SWAPPABLE,
      heldBytes: 0,
    };
  }

  /** Runs the checks that need no body. `isBodyRead`: something upstream has read it, and its bytes are in the delivery. */
  checkHead(ctx: OpenDeliveryContext, isBodyRead: boolean): MaybePromise<Rejection | undefined> {
    const { upstreamBody, beforeBody } = this.#settings.checks;
    return runChecks(isBodyRead ? upstreamBody : beforeBody, ctx);
  }

  /** Handles a delivery whose body is in it. Never rejects. */
  async receive(delivery: Delivery): Promise<Outcome> {
    const ctx = this.open(delivery);
    try {
      const refused = this.checkHead(ctx, false);
      const rejection = isPromise(refused) ? await refused : refused;
      return rejection === undefined ? await this.handle(ctx) : this.reject(ctx, rejection);
    } catch (cause) {
      this.failed(cause);
      return this.reject(ctx, { name: "internal_error", error: cause });
    }
  }

  /** Handles a delivery whose head has passed, from its body to its outcome. Rejects where a check throws. */
  handle(ctx: OpenDeliveryContext): MaybePromise<Outcome> {
    const refused = this.#checkBody(ctx);
    return isPromise(refused)
      ? refused.then((rejection) => this.#runEvents(ctx, rejection))
      : this.#runEvents(ctx, refused);
  }

  /**
   * As `handle`, with a route of the application's in place of the handlers. Rejects as `handle` does.
   *
   * @returns `undefined` where the route was called and answers by itself.
   */
  async guard(ctx: OpenDeliveryContext, call: (route: GuardedRoute) => void): Promise<Outcome | undefined> {
    const rejection = (await this.#checkBody(ctx)) ?? this.#refuseNow(ctx);
    if (rejection !== undefined) return this.reject(ctx, rejection);
    if (this.#settings.spills && this.#settings.handlers.isEmpty) this.log.warn(NO_HANDLER_FOR_SPILLED);
    const route = new GuardedRoute(call);
    try {
      const outcome = this.#complete(ctx, await route.run(this.runner, this.#runOf(ctx)));
      return route.wasCalled ? undefined : outcome;
    } finally {
      route.end();
    }
  }

  /** The outcome of a delivery that goes no further. */
  reject(ctx: OpenDeliveryContext, rejection: Rejection): Outcome {
    this.#releaseBytes(ctx);
    return this.#settings.reporter.rejected(ctx, rejection);
  }

  /** Reports a failure of hookgate itself, which is never the sender's fault. */
  failed(cause: unknown): void {
    this.log.error(new WebhookError("internal_error", "hookgate failed while handling a delivery", { cause }));
  }

  /** From the body to the events: nothing here touches a store. */
  #checkBody(ctx: OpenDeliveryContext): MaybePromise<Rejection | undefined> {
    return runChecks(this.#settings.checks.beforeHandling, ctx);
  }

  /** Checks the load again: while the body came, `close` may have been called, and other deliveries have started. */
  #refuseNow(ctx: OpenDeliveryContext): Rejection | undefined {
    return ctx.events.length === 0 ? { name: "empty" } : refuseForLoad(this.#settings.load);
  }

  #runEvents(ctx: OpenDeliveryContext, refused: Rejection | undefined): MaybePromise<Outcome> {
    const rejection = refused ?? this.#refuseNow(ctx);
    if (rejection !== undefined) return this.reject(ctx, rejection);
    const run = this.#runOf(ctx);
    const { inbox, handlers } = this.#settings;
    if (inbox !== undefined) {
      const stored = allUntilDeadline(run, () => this.runner.starting(inbox.takeIn(run.events, run.subject)));
      return stored.then((events) => this.#complete(ctx, events));
    }
    if (handlers.isEmpty) this.log.warn(NO_HANDLER);
    const ended = runDelivery(this.runner, run);
    return isPromise(ended) ? ended.then((events) => this.#complete(ctx, events)) : this.#complete(ctx, ended);
  }

  #runOf(ctx: OpenDeliveryContext): DeliveryRun {
    const { reporter, isDeduped, answerWithinMs, handlerTimeoutMs, retriesChange } = this.#settings;
    return {
      events: ctx.events,
      subject: new ClaimSubject(ctx.delivery.body, ctx.payload, ctx.binding, retriesChange),
      isDeduped,
      answerByMs: ctx.arrivedMs + answerWithinMs,
      runningRetryAfterSeconds: handlerTimeoutMs / 1000,
      onLate: (late) => void reporter.completed(ctx, late, true),
      onLateFailure: (cause) => this.failed(cause),
    };
  }

  #complete(ctx: OpenDeliveryContext, events: readonly EventOutcome[]): Outcome {
    this.#releaseBytes(ctx);
    return this.#settings.reporter.completed(ctx, events, false);
  }

  /** The delivery is answered: its body no longer counts in `maxBufferedBytes`. */
  #releaseBytes(ctx: OpenDeliveryContext): void {
    this.bodyLimits.held.release(ctx.heldBytes);
    ctx.heldBytes = 0;
  }
}
