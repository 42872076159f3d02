// Keeps the latest deliveries in a bounded list, filled from the diagnostics channel.
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Delivery } from "../core/delivery.js";
import { OUTCOME_CHANNEL, type OutcomeMessage, type ReceiverFacts } from "../core/diagnostics.js";
import type { ReceiverCore } from "../receiver/receiver.js";
import type { ScrubRules } from "../sender/scrub.js";
import { Diagnoser } from "./diagnose.js";
import { addLate, type DeliveryRecord, toRecord } from "./record.js";
import { Timeline } from "./timeline.js";
import type { DeliverySummary, DiagnosisView } from "./wire.js";

/** A delivery that this page has sent. The recorder writes down which one it became. */
export interface Act {
  readonly by: "test" | "replay";
  n?: number;
}

/** The outcome of what the page sends is told within the same asynchronous call. */
export const acting: AsyncLocalStorage<Act> = new AsyncLocalStorage();

export interface Watched {
  readonly core: ReceiverCore;
  readonly secrets: ScrubRules;
}

export interface RecorderSettings {
  /** In the order the page shows them. */
  readonly receivers: readonly Watched[];
  readonly keepDeliveries: number;
  readonly keepBodyBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export class Recorder {
  readonly timeline: Timeline = new Timeline();
  readonly #settings: RecorderSettings;
  readonly #places: ReadonlyMap<ReceiverFacts, number>;
  /** By number, the oldest first. */
  readonly #records = new Map<number, DeliveryRecord>();
  /** For the outcome of a handler that ends later. */
  readonly #byDelivery = new WeakMap<Delivery, DeliveryRecord>();
  readonly #listeners = new Set<() => void>();
  readonly #diagnoser = new Diagnoser();
  #count = 0;
  #revision = 0;

  constructor(settings: RecorderSettings) {
    this.#settings = settings;
    this.#places = new Map(settings.receivers.map(({ core }, at) => [core.facts, at]));
    subscribe(OUTCOME_CHANNEL, this.#hear);
  }

  get revision(): number {
    return this.#revision;
  }

  /** Newest first. */
  summaries(): readonly DeliverySummary[] {
    return [...this.#records.values()].map(({ summary }) => summary).reverse();
  }

  /** In the order in which they changed. */
  changedSince(revision: number): readonly DeliverySummary[] {
    if (revision >= this.#revision) return [];
    return [...this.#records.values()]
      .map(({ summary }) => summary)
      .filter((summary) => summary.revision > revision)
      .sort((a, b) => a.revision - b.revision);
  }

  get(n: number): DeliveryRecord | undefined {
    return this.#records.get(n);
  }

  /** Why it was refused; `null` where there is nothing to find out. */
  async diagnose(record: DeliveryRecord): Promise<DiagnosisView | null> {
    if (record.refused === undefined) return null;
    const { core } = this.#settings.receivers[record.summary.receiver] as Watched;
    record.diagnosis ??= this.#diagnoser.diagnose(core, record.refused);
    return record.diagnosis;
  }

  /** @returns Ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    unsubscribe(OUTCOME_CHANNEL, this.#hear);
    this.#listeners.clear();
    this.#records.clear();
  }

  /** Called in the way of a delivery: what went wrong here must not reach it. */
  readonly #hear = (told: unknown): void => {
    const message = told as OutcomeMessage;
    const receiver = this.#places.get(message.receiver);
    if (receiver === undefined) return;
    try {
      this.#record(message, receiver);
      this.#tell();
    } catch (cause) {
      process.stderr.write(`hookgate inspector: a delivery could not be recorded: ${JSON.stringify(String(cause))}\n`);
    }
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #record(message: OutcomeMessage, receiver: number): void {
    const { outcome, delivery } = message;
    this.#revision++;
    if (outcome.isLate) {
      const first = delivery === undefined ? undefined : this.#byDelivery.get(delivery);
      if (first !== undefined) addLate(first, outcome, this.#revision);
      return;
    }
    const act = acting.getStore();
    const n = ++this.#count;
    const { keepDeliveries, keepBodyBytes, now, receivers } = this.#settings;
    const { core, secrets } = receivers[receiver] as Watched;
    const record = toRecord(message, {
      n,
      revision: this.#revision,
      receiver,
      by: act !== undefined && delivery !== undefined ? act.by : null,
      nowMs: now(),
      receiverNowMs: core.settings.now(),
      keepBodyBytes,
      secrets,
    });
    if (act !== undefined && delivery !== undefined) act.n ??= n;
    this.#records.set(n, record);
    if (delivery !== undefined) this.#byDelivery.set(delivery, record);
    if (this.#records.size > keepDeliveries) this.#records.delete(this.#records.keys().next().value as number);
    this.timeline.add(now(), record.summary.tone, record.summary.durationMs);
  }
}
