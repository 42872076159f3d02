// A receiver's use of its inbox: enqueue, work and stop.

import { WebhookError } from "../core/errors.js";
import type { ReceivedEvent } from "../core/event.js";
import type { EventOutcome } from "../core/outcome.js";
import type { ClaimSubject } from "../dedupe/claim-subject.js";
import { Claims } from "../dedupe/claims.js";
import { resilientStore } from "../dedupe/resilient-store.js";
import type { Inbox } from "../inbox/inbox.js";
import { type Backoff, DEFAULT_BACKOFF } from "../inbox/retry-policy.js";
import { sharedWeakMap } from "../lib/across-builds.js";
import { checkOptions, type OptionRules, secondsFrom, wholeNumber, wrong } from "../lib/options.js";
import { IS_TIMER_OF_REQUEST, unref } from "../lib/timer.js";
import type { Sender } from "../sender/sender.js";
import { payloadReader } from "./checks/parse-body.js";
import { JSON_BODIES } from "./compile-checks.js";
import { takeIn } from "./processing/enqueue.js";
import { EventRunner, type EventSettings } from "./processing/event-processor.js";
import { Handlers } from "./processing/handler-registry.js";
import { type InboxWorker, startInboxWorker } from "./processing/inbox-worker.js";
import type { Settings } from "./resolve-options.js";

/** How many entries of an inbox run at once, and when a failed one runs again. */
export interface WorkOptions {
  /** How many events run at once in this process. Default 10. */
  readonly concurrency?: number;
  /** How often a handler may fail before its event is dead. Default 15. */
  readonly maxAttempts?: number;
  /** After the n-th failure an event waits a random part of this times 2^(n-1). Default 5. */
  readonly backoffBaseSeconds?: number;
  /** And of this at most. Default 3,600. */
  readonly backoffCapSeconds?: number;
}

const WORK_RULES: OptionRules<WorkOptions> = {
  concurrency: /* @__PURE__ */ wholeNumber(1),
  maxAttempts: /* @__PURE__ */ wholeNumber(1),
  backoffBaseSeconds: /* @__PURE__ */ secondsFrom(0),
  backoffCapSeconds: /* @__PURE__ */ secondsFrom(0),
};
const CONCURRENCY = 10;
/** A claim around a run lasts so long unless renewed. */
const LEASE_SECONDS = 60;
const RETENTION_SECONDS = 7 * 86_400;
/** What is past its time is no harm, but for its room. */
const PURGE_EVERY_MS = 600_000;

/** Sources in use, by inbox: two receivers with one source would run each other's events. */
const attached = /* @__PURE__ */ sharedWeakMap<Inbox<unknown>, Set<string>>("inboxes");

export interface ReceiverInboxSettings {
  readonly inbox: Inbox<unknown>;
  /** `main`: the receiver's own. `spill`: for what the dedupe store could not claim, and run as a delivery is. */
  readonly kind: "main" | "spill";
  readonly sender: Sender<never>;
  readonly settings: Settings;
  /** As deliveries are handled. */
  readonly events: EventSettings;
  readonly warn: (message: string) => void;
  /** Told of each run. */
  readonly onRun: (event: ReceivedEvent, outcome: EventOutcome) => void;
}

/** Where a receiver's events are kept, and by what name they are its own. */
export interface StoredIn {
  readonly inbox: Inbox<unknown>;
  readonly source: string;
  readonly kind: "main" | "spill";
}

export class ReceiverInbox {
  readonly #settings: ReceiverInboxSettings;
  readonly #source: string;
  #worker: InboxWorker | undefined;
  #purging: NodeJS.Timeout | undefined;

  /** @throws {TypeError} Where a scope is missing or taken, or the inbox cannot keep what this receiver needs. */
  constructor(side: ReceiverInboxSettings) {
    const { inbox, sender, settings, warn } = side;
    this.#settings = side;
    this.#source = settings.scope === undefined ? sender.name : `${sender.name}/${settings.scope}`;
    if (inbox.isShared && settings.scope === undefined) {
      throw new TypeError(
        `createReceiver: scope is required on the shared ${inbox.name}: workers of two receivers would take each other's events. Name this endpoint, such as scope: "billing"`,
      );
    }
    const others = attached().get(inbox) ?? new Set();
    if (others.has(this.#source)) {
      throw new TypeError(
        `createReceiver: two receivers for ${this.#source} share one ${inbox.name}: they would run each other's events. Give each its own scope`,
      );
    }
    inbox.attach({
      receiver: settings.name,
      source: this.#source,
      minRetentionSeconds: Math.max(2 * (settings.toleranceSeconds ?? 300), sender.profile.retryHorizonSeconds),
      handlerTimeoutSeconds: settings.handlerTimeoutMs / 1000,
      needsOrder: side.kind === "main" && settings.order !== undefined && settings.order.version === undefined,
      report: warn,
    });
    attached().set(inbox, others.add(this.#source));
  }

  get keptIn(): StoredIn {
    return { inbox: this.#settings.inbox, source: this.#source, kind: this.#settings.kind };
  }

  /** An outcome for each event, in their order. */
  takeIn(events: readonly ReceivedEvent[], subject: ClaimSubject): Promise<readonly EventOutcome[]> {
    const { inbox, events: how, settings, warn } = this.#settings;
    if (this.#worker === undefined && !how.handlers.isEmpty) {
      warn(
        `events are kept in ${inbox.name}, and nothing in this process runs them: call receiver.work() after the handlers are registered. Where another process works, register the handlers only there`,
      );
    }
    const key = inbox.keepsOrder ? settings.order?.key : undefined;
    return takeIn({ ...how, inbox, source: this.#source, orderKeyOf: key }, events, subject);
  }

  /** For an event that was verified and could not be claimed. The event of a guarded route needs no handler here. */
  async spill(event: ReceivedEvent, subject: ClaimSubject): Promise<EventOutcome> {
    const { inbox, events: how } = this.#settings;
    const verified = { ...how, handlers: new Handlers(), schemas: undefined, confirm: () => true };
    const [outcome] = await takeIn(
      { ...verified, inbox, source: this.#source, orderKeyOf: undefined },
      [event],
      subject,
    );
    if (!how.handlers.isEmpty) this.work({});
    return outcome as EventOutcome;
  }

  /** @throws {TypeError} On an unknown or malformed option, or where the work has begun with others. */
  work(options: WorkOptions): void {
    checkOptions("receiver.work", options, WORK_RULES);
    const { concurrency = CONCURRENCY } = options;
    const backoff = backoffOf(options);
    if (this.#worker !== undefined) return;
    const { inbox, sender, settings, events, kind } = this.#settings;
    this.#worker = startInboxWorker({
      inbox,
      source: this.#source,
      sender: sender.name,
      concurrency,
      backoff,
      handlerTimeoutMs: settings.handlerTimeoutMs,
      runner: this.#runner(),
      isHandled: kind === "main" ? undefined : (type) => events.handlers.find(type) !== undefined,
      hasClaims: kind === "spill" || inbox.store !== undefined,
      readPayload: payloadReader(sender.definition.body ?? JSON_BODIES),
      random: Math.random,
      onRun: this.#settings.onRun,
      onError: events.onError,
    });
    // Engines forget as entries come to an end; where none does any more, this is what forgets.
    // A Durable Object that has a timer is never idle, and its inbox forgets as entries end.
    if (IS_TIMER_OF_REQUEST) return;
    this.#purging = setInterval(() => void this.#purge(), PURGE_EVERY_MS);
    unref(this.#purging);
  }

  async #purge(): Promise<void> {
    const { inbox, events } = this.#settings;
    try {
      await inbox.purge();
    } catch (cause) {
      const message = `${inbox.name}: what is past its time could not be removed`;
      events.onError(new WebhookError("store_unavailable", message, { cause }));
    }
  }

  async stop(graceSeconds: number): Promise<void> {
    clearInterval(this.#purging);
    await this.#worker?.stop(graceSeconds);
  }

  /** An event verified on arrival is not confirmed again. Its schema is applied again, since a handler gets the schema's result. */
  #runner(): EventRunner {
    const { kind, settings, events } = this.#settings;
    const order = settings.order?.version === undefined ? undefined : settings.order;
    const afterwards = {
      ...events,
      confirm: () => true,
      onStoreFailure: "refuse",
      spill: undefined,
      canReply: false,
    } as const;
    // What has spilled is claimed as deliveries are, and must not spill into the inbox that it came from.
    if (kind === "spill") return new EventRunner(afterwards);
    return new EventRunner({ ...afterwards, claims: this.#claims(), strict: false, order });
  }

  /** For the inbox's own store, where it has one. */
  #claims(): Claims | undefined {
    const { inbox, sender, settings } = this.#settings;
    const { store } = inbox;
    if (store === undefined) return undefined;
    return new Claims({
      store: resilientStore(store),
      scope: settings.scope,
      sender: sender.name,
      leaseSeconds: LEASE_SECONDS,
      retentionSeconds: Math.max(RETENTION_SECONDS, sender.profile.retryHorizonSeconds),
      replay: "report",
      replayWindowSeconds: 1,
      strict: false,
    });
  }
}

function backoffOf(options: WorkOptions): Backoff {
  const baseSeconds = options.backoffBaseSeconds ?? DEFAULT_BACKOFF.baseSeconds;
  const capSeconds = options.backoffCapSeconds ?? DEFAULT_BACKOFF.capSeconds;
  if (capSeconds < baseSeconds)
    throw wrong("receiver.work: backoffCapSeconds", `at least backoffBaseSeconds (${baseSeconds})`, capSeconds);
  return { baseSeconds, capSeconds, maxAttempts: options.maxAttempts ?? DEFAULT_BACKOFF.maxAttempts };
}
