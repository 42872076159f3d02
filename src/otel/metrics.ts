// Metrics of receivers. No attribute comes from a request.
import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";
import type { OutcomeMessage, ReceiverFacts, StoreMessage } from "../core/diagnostics.js";
import type { EventOutcome, Outcome } from "../core/outcome.js";
import type { Inbox } from "../inbox/inbox.js";

/** Bucket boundaries of OpenTelemetry's HTTP server durations, in seconds. */
const DURATION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60];
/** Bucket boundaries of store calls, which take at most a second. */
const STORE_BUCKETS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const SKEW_BUCKETS = [-300, -60, -30, -10, -5, -2, -1, 0, 1, 2, 5, 10, 30, 60, 300];

/** The result of a handler. */
export type HandlerResult = "returned" | "failed" | "retry_later" | "discarded";

export class HookgateMetrics {
  readonly #meter: Meter;
  readonly #deliveries: Counter;
  readonly #deliveryDuration: Histogram;
  readonly #skew: Histogram;
  readonly #events: Counter;
  readonly #notes: Counter;
  readonly #handlerDuration: Histogram;
  readonly #handlersActive: UpDownCounter;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#deliveries = meter.createCounter("hookgate.deliveries", {
      unit: "{delivery}",
      description: "Answered deliveries by outcome.",
    });
    this.#deliveryDuration = duration(
      meter,
      "hookgate.delivery.duration",
      "Time from the arrival of a delivery to its answer.",
    );
    this.#skew = meter.createHistogram("hookgate.delivery.skew", {
      unit: "s",
      description: "Receiver's clock minus the signed time: skew, transit and retries without a new signature.",
      advice: { explicitBucketBoundaries: SKEW_BUCKETS },
    });
    this.#events = meter.createCounter("hookgate.events", {
      unit: "{event}",
      description: "Events by outcome; duplicates are the outcome duplicate.",
    });
    this.#notes = meter.createCounter("hookgate.event.notes", {
      unit: "{note}",
      description: "Warnings that did not decide an outcome: a double run, a replay, a changed body.",
    });
    this.#handlerDuration = duration(meter, "hookgate.handler.duration", "Run time of handlers.");
    this.#handlersActive = meter.createUpDownCounter("hookgate.handler.active", {
      unit: "{handler}",
      description: "Running handlers.",
    });
  }

  outcome({ outcome, receiver, skewMs }: OutcomeMessage): void {
    const of = attributesOf(receiver);
    if (outcome.via === "delivery" && !outcome.isLate) {
      const ended = { ...of, "hookgate.outcome": outcome.name, "http.response.status_code": outcome.reply.status };
      this.#deliveries.add(1, ended);
      if (outcome.durationMs !== undefined) this.#deliveryDuration.record(outcome.durationMs / 1000, ended);
      if (skewMs !== undefined) this.#skew.record(skewMs / 1000, of);
    }
    for (const { name, notes } of outcome.isLate ? lateOf(outcome) : outcome.events) {
      this.#events.add(1, { ...of, "hookgate.outcome": name, "hookgate.via": outcome.via });
      for (const note of notes) this.#notes.add(1, { ...of, "hookgate.note": note });
    }
  }

  /** @returns A function to call at the end of the handler. */
  handlerStarted(receiver: ReceiverFacts, via: string): (result: HandlerResult) => void {
    const of = { ...attributesOf(receiver), "hookgate.via": via };
    const startMs = performance.now();
    this.#handlersActive.add(1, of);
    return (result) => {
      this.#handlersActive.add(-1, of);
      this.#handlerDuration.record((performance.now() - startMs) / 1000, { ...of, "hookgate.result": result });
    };
  }

  /** @returns A function that stops the measurement. */
  inboxes(kept: readonly MeasuredInbox[]): () => void {
    const depth = this.#meter.createObservableGauge("hookgate.inbox.depth", {
      unit: "{event}",
      description: "Events in the inbox by state.",
    });
    const age = this.#meter.createObservableGauge("hookgate.inbox.age", {
      unit: "s",
      description: "Waiting time of the oldest event that is due.",
    });
    async function observe(result: { observe(gauge: typeof depth, value: number, attributes: Attributes): void }) {
      for (const { inbox, source } of kept) {
        const of = { "hookgate.inbox": inbox.name, ...(source === undefined ? {} : { "hookgate.source": source }) };
        const counts = await inbox.counts(source);
        for (const state of ["waiting", "running", "done", "dead"] as const)
          result.observe(depth, counts[state], { ...of, "hookgate.state": state });
        result.observe(age, counts.oldestWaitingSeconds, of);
      }
    }
    this.#meter.addBatchObservableCallback(observe, [depth, age]);
    return () => this.#meter.removeBatchObservableCallback(observe, [depth, age]);
  }
}

export interface MeasuredInbox {
  readonly inbox: Pick<Inbox<unknown>, "name" | "counts">;
  /** The receiver whose events are counted; `undefined`: all. */
  readonly source: string | undefined;
}

/** Stores are distinguished by name, not by receiver. */
export function storeMetrics(meter: Meter): (message: StoreMessage) => void {
  const asked = meter.createHistogram("hookgate.store.duration", {
    unit: "s",
    description: "Answer time of the dedupe store.",
    advice: { explicitBucketBoundaries: STORE_BUCKETS },
  });
  return ({ store, op, durationMs, failure }) => {
    const of = { "hookgate.store": store, "hookgate.store.op": op };
    asked.record(durationMs / 1000, failure === undefined ? of : { ...of, "error.type": failure });
  };
}

function duration(meter: Meter, name: string, description: string): Histogram {
  return meter.createHistogram(name, {
    unit: "s",
    description,
    advice: { explicitBucketBoundaries: DURATION_BUCKETS },
  });
}

/** A late delivery reports all its events again; only the event whose handler continued is new. */
function lateOf({ events }: Outcome): readonly EventOutcome[] {
  return events.filter(({ name }) => name !== "handler_running" && name !== "unidentified").slice(-1);
}

export function attributesOf({ name, sender, scope }: ReceiverFacts): Attributes {
  return {
    "hookgate.receiver": name,
    "hookgate.sender": sender,
    ...(scope === undefined ? {} : { "hookgate.scope": scope }),
  };
}
