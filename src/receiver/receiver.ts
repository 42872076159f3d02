// Builds a receiver from its sender and options: checks, store, inboxes, reporter and pipeline.

import type { ReceiverFacts } from "../core/diagnostics.js";
import type { ReceivedEvent } from "../core/event.js";
import type { EventOutcome } from "../core/outcome.js";
import { type ClaimSubject, membersPattern } from "../dedupe/claim-subject.js";
import type { Claims } from "../dedupe/claims.js";
import { dedupeKeyMaker } from "../dedupe/key.js";
import type { Inbox } from "../inbox/inbox.js";
import { type Sender, secretFieldsOf } from "../sender/sender.js";
import { attachStore } from "./attach-store.js";
import { HeldBytes } from "./body-chunks.js";
import { type ReceiverLoad, refuseForLoad } from "./checks/load.js";
import { closeReceiver } from "./close-receiver.js";
import { compileChecks } from "./compile-checks.js";
import { createReplies } from "./http-replies.js";
import { ReceiverLogger } from "./logger.js";
import type { AnyReceiverOptions } from "./options.js";
import { OutcomeReporter } from "./outcome-reporter.js";
import { DeliveryPipeline } from "./pipeline.js";
import { eventOutcome } from "./processing/event-outcomes.js";
import { EventRunner, type EventSettings } from "./processing/event-processor.js";
import { Handlers } from "./processing/handler-registry.js";
import { type FetchedEvent, subjectOfFetched, toReceivedEvent, withoutBodyNote } from "./processing/ingest.js";
import { ReceiverInbox, type StoredIn, type WorkOptions } from "./receiver-inbox.js";
import { type Settings, toSettings } from "./resolve-options.js";
import { EnrolmentWindow, type EnrolOptions } from "./secret-enrolment.js";

const LACKING =
  "a fetched event has no usable id or type: without an id it is handled each time it is fetched, without a type by the onUnhandled handler";

/** A receiver below its HTTP side. */
export class ReceiverCore {
  readonly sender: Sender<never>;
  readonly settings: Settings;
  readonly handlers: Handlers = new Handlers();
  readonly log: ReceiverLogger;
  /** What diagnostics subscribers learn of the receiver. */
  readonly facts: ReceiverFacts;
  readonly claims: Claims | undefined;
  readonly runner: EventRunner;
  readonly pipeline: DeliveryPipeline;
  readonly #reporter: OutcomeReporter;
  /** Stores events before they are handled. */
  readonly #inbox: ReceiverInbox | undefined;
  /** Stores events that the dedupe store could not claim. */
  readonly #spill: ReceiverInbox | undefined;
  readonly #retriesChange: RegExp | undefined;
  readonly #enrolment = new EnrolmentWindow();
  readonly #load: ReceiverLoad;
  #isClosing = false;

  constructor(sender: Sender<never>, options: AnyReceiverOptions) {
    const settings = toSettings(sender, options);
    this.sender = sender;
    this.settings = settings;
    this.log = new ReceiverLogger({
      name: settings.name,
      logger: options.logger,
      onOutcome: options.onOutcome,
      onError: options.onError,
    });
    this.#load = loadOf(this);
    this.#retriesChange = membersPattern(sender.definition.retriesChange);
    const warn = (message: string): void => this.log.warn(message);
    const checks = compileChecks(sender, options, settings, this.#load, this.#enrolment, warn);
    this.facts = factsOf(this);
    this.#reporter = new OutcomeReporter({
      sender: sender.name,
      scope: settings.scope,
      replyTo: createReplies(sender.profile, checks.methods, {
        now: settings.now,
        failed: (cause) => this.pipeline.failed(cause),
      }),
      log: this.log,
      facts: this.facts,
    });
    this.claims = attachStore(sender, settings, warn);
    const events = this.#eventSettings();
    this.runner = new EventRunner(events);
    const { onStoreFailure } = settings.dedupe ?? {};
    this.#inbox = this.#inboxOf("main", settings.inbox, events);
    this.#spill = this.#inboxOf("spill", typeof onStoreFailure === "object" ? onStoreFailure.inbox : undefined, events);
    this.pipeline = new DeliveryPipeline({
      checks,
      handlers: this.handlers,
      runner: this.runner,
      reporter: this.#reporter,
      log: this.log,
      facts: this.facts,
      load: this.#load,
      inbox: this.#inbox,
      spills: this.#spill !== undefined,
      isDeduped: this.claims !== undefined,
      retriesChange: this.#retriesChange,
      bodyLimits: {
        maxBodyBytes: settings.maxBodyBytes,
        timeoutMs: settings.bodyTimeoutMs,
        held: new HeldBytes(settings.maxBufferedBytes),
      },
      clientAddress: options.clientAddress ?? "socket",
      needsAddress: options.allow !== undefined,
      isObserved: options.onOutcome !== undefined || options.logger?.info !== undefined,
      answerWithinMs: settings.answerWithinMs,
      handlerTimeoutMs: settings.handlerTimeoutMs,
      now: settings.now,
    });
    for (const warning of settings.warnings) warn(warning);
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Handlers write through the store's own transaction. */
  get isTransactional(): boolean {
    return this.settings.dedupe?.store.begin !== undefined;
  }

  /** Handlers run after the sender was answered. */
  get hasInbox(): boolean {
    return this.#inbox !== undefined;
  }

  /** Where events of this receiver are stored, and under what name. */
  get inboxes(): readonly StoredIn[] {
    return this.#inboxes.map((inbox) => inbox.keptIn);
  }

  get #inboxes(): readonly ReceiverInbox[] {
    return [this.#inbox, this.#spill].filter((inbox) => inbox !== undefined);
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
    if (this.#inboxes.length === 0) {
      throw new TypeError(
        "receiver.work: there is no inbox: give one to createReceiver, such as inbox: sqliteInbox(path)",
      );
    }
    this.handlers.close();
    for (const inbox of this.#inboxes) inbox.work(options);
  }

  /**
   * Handles an event that was fetched and not delivered: the same schema, dedupe and handler; into the inbox, where there
   * is one. Waits for the handler. Rejects only where hookgate itself fails.
   *
   * @throws {TypeError} Where its payload is nothing that JSON can carry.
   */
  async ingest(fetched: FetchedEvent): Promise<EventOutcome> {
    this.handlers.close();
    const event = toReceivedEvent(fetched, this.sender.name, this.settings.now());
    if (event.type === "" || (event.id === undefined && fetched.id !== undefined)) this.log.warn(LACKING);
    const outcome = withoutBodyNote(await this.#handleFetched(event));
    this.#reporter.ran(event, outcome, "backfill");
    return outcome;
  }

  async #handleFetched(event: ReceivedEvent): Promise<EventOutcome> {
    const refused = refuseForLoad(this.#load);
    if (refused !== undefined) return eventOutcome(event, refused.name, refused);
    const subject = subjectOfFetched(event, this.sender.definition, this.#retriesChange);
    if (this.#inbox === undefined) return await this.runner.run(event, subject);
    const [outcome] = await this.runner.starting(this.#inbox.takeIn([event], subject));
    return outcome as EventOutcome;
  }

  /** New deliveries get 503 from here on. Resolves once all others have been answered. */
  async close(graceSeconds: number): Promise<void> {
    this.#isClosing = true;
    this.#enrolment.close("the receiver is closing");
    await closeReceiver(this.runner, this.#inboxes, graceSeconds);
    this.log.close();
  }

  #eventSettings(): EventSettings {
    const { sender, settings } = this;
    const { definition, profile } = sender;
    const { onStoreFailure = "refuse", strict = false } = settings.dedupe ?? {};
    const spills = typeof onStoreFailure === "object";
    return {
      handlers: this.handlers,
      keyOf: definition.dedupe === false ? undefined : dedupeKeyMaker({ scope: settings.scope, sender: sender.name }),
      schemas: settings.schemas,
      onInvalid: settings.onInvalid,
      confirm: definition.confirm,
      claims: this.claims,
      strict,
      onStoreFailure: spills ? "refuse" : onStoreFailure,
      spill: spills ? (event, subject) => this.#storeSpilled(event, subject) : undefined,
      order: settings.order,
      canReply: true,
      receiver: this.facts,
      handlerTimeoutMs: settings.handlerTimeoutMs,
      profile,
      onError: (error) => this.log.error(error),
      isClosing: () => this.#isClosing,
    };
  }

  #storeSpilled(event: ReceivedEvent, subject: ClaimSubject): Promise<EventOutcome> {
    return (this.#spill as ReceiverInbox).spill(event, subject);
  }

  #inboxOf(
    kind: "main" | "spill",
    inbox: Inbox<unknown> | undefined,
    events: EventSettings,
  ): ReceiverInbox | undefined {
    if (inbox === undefined) return undefined;
    return new ReceiverInbox({
      inbox,
      kind,
      sender: this.sender,
      settings: this.settings,
      events,
      warn: (message) => this.log.warn(message),
      onRun: (event, outcome) => this.#reporter.ran(event, outcome, "inbox"),
    });
  }
}

function loadOf(core: ReceiverCore): ReceiverLoad {
  const { maxConcurrent } = core.settings;
  return {
    get isClosing() {
      return core.isClosing;
    },
    get isFull() {
      return core.runner.busyCount >= maxConcurrent;
    },
  };
}

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
