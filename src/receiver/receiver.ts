// The pipeline: a delivery in, an outcome out. Knows no HTTP framework.

import type { Delivery } from "../core/delivery.js";
import { type ArrivalMessage, arrivals, outcomes, type ReceiverFacts } from "../core/diagnostics.js";
import { WebhookError } from "../core/errors.js";
import type { ReceivedEvent } from "../core/event.js";
import type { EventOutcome, Outcome, Rejection } from "../core/outcome.js";
import { Trace } from "../core/trace.js";
import { ClaimSubject, membersPattern, NOT_SWAPPABLE } from "../dedupe/claim-subject.js";
import type { Claims } from "../dedupe/claims.js";
import { dedupeKeyMaker } from "../dedupe/key.js";
import type { Inbox } from "../inbox/inbox.js";
import type { ClientAddressSource } from "../ip/client-address.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { type Sender, secretFieldsOf } from "../sender/sender.js";
import { attachStore } from "./attach-store.js";
import { HeldBytes, type ReadLimits } from "./body-chunks.js";
import type { MalformedItem } from "./checks/check.js";
import { closing, overloaded } from "./checks/load.js";
import { type CompiledChecks, compileChecks, runChecks } from "./compile-checks.js";
import type { OpenDeliveryContext } from "./delivery-context.js";
import { createReplies } from "./http-replies.js";
import { ReceiverLogger } from "./logger.js";
import type { AnyReceiverOptions } from "./options.js";
import { OutcomeReporter } from "./outcome-reporter.js";
import { eventOutcome } from "./processing/event-outcomes.js";
import { EventRunner, type EventSettings, type EventTerms } from "./processing/event-processor.js";
import { GuardedRoute } from "./processing/guarded-route.js";
import { Handlers } from "./processing/handler-registry.js";
import { type FetchedEvent, subjectOfFetched, toReceivedEvent, withoutBodyNote } from "./processing/ingest.js";
import { allUntilDeadline, type DeliveryRun, runDelivery } from "./processing/process-delivery.js";
import { ReceiverInbox, type StoredIn, type WorkOptions } from "./receiver-inbox.js";
import { type Settings, toSettings } from "./resolve-options.js";
import { EnrolmentWindow, type EnrolOptions } from "./secret-enrolment.js";

const NO_ITEMS: readonly MalformedItem[] = [];

const NO_HANDLER =
  "no handler is registered: every genuine delivery is answered as success and dropped; register one with receiver.on(type, handler), or receiver.onUnhandled(handler)";
const LACKING =
  "a fetched event has no usable id or type: without an id it is handled each time it is fetched, without a type by the handler of everything";
const NO_HANDLER_FOR_SPILLED =
  "receiver.guard is used with spillTo, and no handler is registered: what comes while the dedupe store is down is kept, and a route cannot be called again later. Register handlers with receiver.on as well; they run what was kept";

/** The receiver below its HTTP side. */
export class ReceiverCore {
  readonly settings: Settings;
  readonly handlers: Handlers = new Handlers();
  readonly log: ReceiverLogger;
  readonly eventSettings: EventSettings;
  readonly runner: EventRunner;
  readonly claims: Claims | undefined;
  readonly bodyLimits: ReadLimits;
  readonly sender: Sender<never>;
  readonly clientAddress: ClientAddressSource;
  /** Nothing can be decided without the peer's address. */
  readonly needsAddress: boolean;
  /** For who listens from outside. */
  readonly facts: ReceiverFacts;
  readonly #isHeard: boolean;
  readonly #checks: CompiledChecks;
  readonly #teller: OutcomeReporter;
  /** Where events are kept before they are handled. */
  readonly #inbox: ReceiverInbox | undefined;
  /** Where events are kept that the dedupe store could not claim. */
  readonly #spill: ReceiverInbox | undefined;
  readonly #changing: RegExp | undefined;
  readonly #enrolment = new EnrolmentWindow();
  #isClosing = false;

  constructor(sender: Sender<never>, options: AnyReceiverOptions) {
    const settings = toSettings(sender, options);
    const { definition, profile } = sender;
    this.sender = sender;
    this.#changing = membersPattern(definition.retriesChange);
    this.settings = settings;
    this.clientAddress = options.clientAddress ?? "socket";
    this.needsAddress = options.allow !== undefined;
    this.#isHeard = options.onOutcome !== undefined || options.logger?.info !== undefined;
    this.log = new ReceiverLogger({
      name: settings.name,
      logger: options.logger,
      onOutcome: options.onOutcome,
      onError: options.onError,
    });
    this.#checks = compileChecks(
      sender,
      options,
      settings,
      {
        isClosing: () => this.#isClosing,
        isFull: () => this.#isFull,
      },
      this.#enrolment,
      (message) => this.log.warn(message),
    );
    const keyOf = dedupeKeyMaker({ scope: settings.scope, sender: sender.name });
    this.facts = factsOf(this);
    this.#teller = new OutcomeReporter({
      sender: sender.name,
      scope: settings.scope,
      replyTo: createReplies(profile, this.#checks.methods, {
        now: settings.now,
        failed: (cause) => this.failed(cause),
      }),
      log: this.log,
      facts: this.facts,
    });
    this.claims = attachStore(sender, settings, (message) => this.log.warn(message));
    const held = new HeldBytes(settings.maxBufferedBytes);
    this.bodyLimits = { maxBodyBytes: settings.maxBodyBytes, timeoutMs: settings.bodyTimeoutMs, held };
    const { onStoreFailure = "refuse" } = settings.dedupe ?? {};
    this.eventSettings = {
      handlers: this.handlers,
      keyOf: definition.dedupe === false ? undefined : keyOf,
      schemas: settings.schemas,
      onInvalid: settings.onInvalid,
      confirm: definition.confirm,
      claims: this.claims,
      strict: settings.dedupe?.strict ?? false,
      onStoreFailure: typeof onStoreFailure === "string" ? onStoreFailure : "refuse",
      spill: typeof onStoreFailure === "string" ? undefined : (event, terms) => this.#spilled(event, terms),
      order: settings.order,
      canReply: true,
      receiver: this.facts,
      handlerTimeoutMs: settings.handlerTimeoutMs,
      profile,
      onError: (error) => this.log.error(error),
      isClosing: () => this.#isClosing,
    };
    this.runner = new EventRunner(this.eventSettings);
    this.#inbox = this.#sideOf("main", settings.inbox);
    this.#spill = this.#sideOf("spill", typeof onStoreFailure === "string" ? undefined : onStoreFailure.inbox);
    for (const warning of settings.warnings) this.log.warn(warning);
  }

  /** Handlers write through the store's own transaction. */
  get isTransactional(): boolean {
    return this.settings.dedupe?.store.begin !== undefined;
  }

  #sideOf(kind: "main" | "spill", inbox: Inbox<unknown> | undefined): ReceiverInbox | undefined {
    if (inbox === undefined) return undefined;
    const { sender, settings, eventSettings: events } = this;
    const warn = (message: string): void => this.log.warn(message);
    const onRun = (event: ReceivedEvent, outcome: EventOutcome): void => this.#teller.run(event, outcome, "inbox");
    return new ReceiverInbox({ inbox, kind, sender, settings, events, warn, onRun });
  }

  /** Where events of this receiver are kept, and under what name. */
  get inboxes(): readonly StoredIn[] {
    return [this.#inbox, this.#spill].filter((side) => side !== undefined).map((side) => side.keptIn);
  }

  /** Handlers run after the sender was answered. */
  get hasInbox(): boolean {
    return this.#inbox !== undefined;
  }

  /** @throws {TypeError} Where the sender hands over no secret. */
  enrol(options: EnrolOptions | undefined): Promise<string> {
    const { handshakes = [] } = this.sender.definition;
    if (!handshakes.some((handshake) => handshake.enrols)) {
      throw new TypeError(
        `receiver.enrol: ${this.sender.name} hands over no secret by itself; give it to the sender's factory`,
      );
    }
    return this.#enrolment.open(options);
  }

  /** @throws {TypeError} Where there is no inbox to work. */
  work(options: WorkOptions): void {
    const sides = [this.#inbox, this.#spill].filter((side) => side !== undefined);
    if (sides.length === 0) {
      throw new TypeError(
        "receiver.work: there is no inbox: give one to createReceiver, such as inbox: sqliteInbox(path)",
      );
    }
    this.handlers.close();
    for (const side of sides) side.work(options);
  }

  #spilled(event: ReceivedEvent, terms: EventTerms): Promise<EventOutcome> {
    if (this.#spill === undefined) throw new Error("spilled without a place to");
    return this.#spill.spill(event, terms);
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  get #isFull(): boolean {
    return this.runner.busyCount >= this.settings.maxConcurrent;
  }

  /** A delivery arrives; its body may come later. */
  open(delivery: Delivery): OpenDeliveryContext {
    this.handlers.close();
    const isHeard = this.#isHeard || outcomes.hasSubscribers;
    const arrivedMs = performance.now();
    if (arrivals.hasSubscribers) {
      const message: ArrivalMessage = { delivery, receiver: this.facts, arrivedMs };
      arrivals.publish(message);
    }
    return {
      delivery,
      isHeard,
      trace: new Trace(isHeard),
      receivedAtMs: this.settings.now(),
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

  /** The checks that need no body. `isRead`: something upstream has read it, and its bytes are in the delivery. */
  checkHead(ctx: OpenDeliveryContext, isRead: boolean): MaybePromise<Rejection | undefined> {
    return runChecks(isRead ? this.#checks.upstreamBody : this.#checks.beforeBody, ctx);
  }

  /** From the body to the events: nothing here touches a store. */
  identify(ctx: OpenDeliveryContext): MaybePromise<Rejection | undefined> {
    return runChecks(this.#checks.beforeHandling, ctx);
  }

  /** The whole way of a delivery whose body is here. Never rejects. */
  async receive(delivery: Delivery): Promise<Outcome> {
    const ctx = this.open(delivery);
    try {
      const refused = this.checkHead(ctx, false);
      const ending = isPromise(refused) ? await refused : refused;
      return ending === undefined ? await this.judge(ctx) : this.end(ctx, ending);
    } catch (cause) {
      this.failed(cause);
      return this.end(ctx, { name: "internal_error", error: cause });
    }
  }

  /** The way from the body on. Rejects where a check throws, which is for the HTTP sides to answer. */
  judge(ctx: OpenDeliveryContext): MaybePromise<Outcome> {
    const refused = this.identify(ctx);
    return isPromise(refused) ? refused.then((ending) => this.#handle(ctx, ending)) : this.#handle(ctx, refused);
  }

  /**
   * As `judge`, with a route of the application's in place of the handlers. Rejects as `judge` does.
   *
   * @returns `undefined` where the route was called and answers by itself.
   */
  async guard(ctx: OpenDeliveryContext, call: (route: GuardedRoute) => void): Promise<Outcome | undefined> {
    const ending = (await this.identify(ctx)) ?? this.#endEarly(ctx);
    if (ending !== undefined) return this.end(ctx, ending);
    if (this.#spill !== undefined && this.handlers.isEmpty) this.log.warn(NO_HANDLER_FOR_SPILLED);
    const route = new GuardedRoute(call);
    try {
      const outcome = this.endEvents(ctx, await route.run(this.runner, this.#runOf(ctx)));
      return route.wasCalled ? undefined : outcome;
    } finally {
      route.end();
    }
  }

  #endEarly(ctx: OpenDeliveryContext): Rejection | undefined {
    return ctx.events.length === 0 ? { name: "empty" } : this.refuseLate();
  }

  #runOf(ctx: OpenDeliveryContext): DeliveryRun {
    return {
      events: ctx.events,
      terms: this.termsOf(ctx),
      isDeduped: this.claims !== undefined,
      answerByMs: ctx.arrivedMs + this.settings.answerWithinMs,
      runningRetryAfterSeconds: this.settings.handlerTimeoutMs / 1000,
      onLate: (late) => void this.#teller.events(ctx, late, true),
      onLateFailure: (cause) => this.failed(cause),
    };
  }

  #handle(ctx: OpenDeliveryContext, refused: Rejection | undefined): MaybePromise<Outcome> {
    const ending = refused ?? this.#endEarly(ctx);
    if (ending !== undefined) return this.end(ctx, ending);
    const run = this.#runOf(ctx);
    const inbox = this.#inbox;
    if (inbox !== undefined) {
      const taken = allUntilDeadline(run, () => this.runner.starting(inbox.takeIn(run.events, run.terms)));
      return taken.then((events) => this.endEvents(ctx, events));
    }
    if (this.handlers.isEmpty) this.log.warn(NO_HANDLER);
    const outcomes = runDelivery(this.runner, run);
    return isPromise(outcomes) ? outcomes.then((events) => this.endEvents(ctx, events)) : this.endEvents(ctx, outcomes);
  }

  /**
   * An event that was fetched and not delivered: the same schema, dedupe and handler; into the inbox, where there is one.
   * Waits for the handler. Rejects only where hookgate itself fails.
   *
   * @throws {TypeError} Where its payload is nothing that JSON can carry.
   */
  async ingest(fetched: FetchedEvent): Promise<EventOutcome> {
    this.handlers.close();
    const event = toReceivedEvent(fetched, this.sender.name, this.settings.now());
    if (event.type === "" || (event.id === undefined && fetched.id !== undefined)) this.log.warn(LACKING);
    const outcome = withoutBodyNote(await this.#take(event));
    this.#teller.run(event, outcome, "backfill");
    return outcome;
  }

  async #take(event: ReceivedEvent): Promise<EventOutcome> {
    const late = this.refuseLate();
    if (late !== undefined) return eventOutcome(event, late.name, late);
    const subject = subjectOfFetched(event, this.sender.definition, this.#changing);
    if (this.#inbox === undefined) return await this.runner.run(event, subject);
    const [outcome] = await this.runner.starting(this.#inbox.takeIn([event], subject));
    return outcome as EventOutcome;
  }

  /** hookgate itself failed: never the sender's fault, and never silent. */
  failed(cause: unknown): void {
    this.log.error(new WebhookError("internal_error", "hookgate failed while handling a delivery", { cause }));
  }

  /** Asked again just before anything is claimed: `close` may have been called, and others have come, while the body did. */
  refuseLate(): Rejection | undefined {
    if (this.#isClosing) return closing();
    return this.#isFull ? overloaded() : undefined;
  }

  termsOf(ctx: OpenDeliveryContext): EventTerms {
    return new ClaimSubject(ctx.delivery.body, ctx.payload, ctx.binding, this.#changing);
  }

  /** A delivery that goes no further. */
  end(ctx: OpenDeliveryContext, ending: Rejection): Outcome {
    this.#letGo(ctx);
    return this.#teller.ending(ctx, ending);
  }

  /** A delivery whose events have ended, here or in a guarded route. */
  endEvents(ctx: OpenDeliveryContext, events: readonly EventOutcome[]): Outcome {
    this.#letGo(ctx);
    return this.#teller.events(ctx, events, false);
  }

  /** The delivery is answered: its body no longer counts in `maxBufferedBytes`. */
  #letGo(ctx: OpenDeliveryContext): void {
    this.bodyLimits.held.release(ctx.heldBytes);
    ctx.heldBytes = 0;
  }

  /**
   * New deliveries hear 503; running handlers are awaited, then aborted and their claims released. Whoever waits for an
   * answer has it when this resolves.
   */
  async close(graceSeconds: number): Promise<void> {
    this.#isClosing = true;
    this.#enrolment.close("the receiver is closing");
    const stopped = Promise.all([this.#inbox?.stop(graceSeconds), this.#spill?.stop(graceSeconds)]);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceSeconds * 1000);
    });
    await Promise.race([this.runner.idle(), patience]);
    clearTimeout(timer);
    const reason = new Error("the receiver is closing");
    await Promise.all([...this.runner.active].map((run) => run.stop(reason)));
    await stopped;
    await new Promise((resolve) => setImmediate(resolve)); // the last answers are a few promises away from their sockets
  }
}

/** What may be told of a receiver. */
function factsOf(core: ReceiverCore): ReceiverFacts {
  const { settings, sender } = core;
  const { credentialHeaders, credentialQuery = [] } = sender.definition.auth;
  return {
    name: settings.name,
    sender: sender.name,
    scope: settings.scope,
    credentialHeaders,
    credentialQuery,
    credentialFields: secretFieldsOf(sender.definition)
      .filter((place) => place.in === "json" || place.in === "form")
      .map((place) => place.name),
    get busyCount() {
      return core.runner.busyCount;
    },
  };
}
