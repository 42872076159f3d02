// Entry point hookgate/otel: spans and metrics of receivers through OpenTelemetry's API.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { context, diag, type Meter, metrics, trace } from "@opentelemetry/api";
import {
  ARRIVAL_CHANNEL,
  type ArrivalMessage,
  HANDLER_CHANNEL,
  type HandlerMessage,
  OUTCOME_CHANNEL,
  type OutcomeMessage,
  type ReceiverFacts,
  STORE_CHANNEL,
  type StoreMessage,
} from "../core/diagnostics.js";
import { coreOf } from "../create-receiver.js";
import { isPromise } from "../lib/maybe-promise.js";
import { kindOf } from "../lib/options.js";
import { HookgateMetrics, type MeasuredInbox, storeMetrics } from "./metrics.js";
import { checkInstrumentOptions, type InstrumentOptions } from "./options.js";
import { DeliverySpans, type RunningHandler, resultOf } from "./spans.js";

export type { InstrumentOptions } from "./options.js";

/** Running instrumentation, to be ended. */
export interface Instrumentation {
  /** Stops the instrumentation. Spans of deliveries in progress are lost. */
  disable(): void;
}

/** The instrumentation scope of spans and metrics. */
const SCOPE = "hookgate";

/**
 * Creates spans and metrics of every receiver in this process, or of the given one.
 *
 * - a span for each delivery, with a child for each check and each handler. The handler's span is active inside the handler,
 *   so that calls in it become its children. Where the sender has sent a trace context, a proven delivery's span links
 *   to it
 * - a span for each run from an inbox, linked in the same way
 * - metrics: deliveries and events by outcome, durations of deliveries, handlers and store calls, running handlers, clock
 *   skew, and of inboxes their depth and the age of the oldest event
 *
 * Promise: no body, payload, header value, query or secret is recorded, and no request of a stranger creates a new
 * time series. Spans of authenticated deliveries have the ids and types of events.
 * Not promised: deliveries that arrived before. Register your providers first: a meter that is requested
 * before them measures nothing.
 *
 * @param receiver - From `createReceiver`. Default: all, including those built later.
 * @param options - All have defaults.
 * @throws {TypeError} When an option is unknown or malformed.
 * @example
 * import { instrument } from "hookgate/otel";
 *
 * instrument();
 */
export function instrument(receiver: object, options?: InstrumentOptions): Instrumentation;
export function instrument(options?: InstrumentOptions): Instrumentation;
export function instrument(first: object = {}, second?: InstrumentOptions): Instrumentation {
  const isOne = typeof first === "function";
  const core = isOne ? coreOf(first) : undefined;
  if (isOne && core === undefined) {
    throw new TypeError(
      `instrument(receiver, options): receiver must come from createReceiver of the same copy of hookgate; got ${kindOf(first)}`,
    );
  }
  const options: InstrumentOptions = isOne ? (second ?? {}) : first;
  checkInstrumentOptions(options);
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options;
  const { checkSpans = true, recordExceptions = false } = options;
  const meter = meterProvider.getMeter(SCOPE);
  const measured = new HookgateMetrics(meter);
  const spans = new DeliverySpans(tracerProvider.getTracer(SCOPE), { checkSpans, recordExceptions });
  const kept: MeasuredInbox[] = [
    ...(core?.inboxes ?? []),
    ...(options.inboxes ?? []).map((inbox) => ({ inbox, source: undefined })),
  ];

  const isMeant = (receiver: ReceiverFacts): boolean => core === undefined || receiver === core.facts;
  const ends = [
    hear<ArrivalMessage>(ARRIVAL_CHANNEL, (message) => {
      if (isMeant(message.receiver)) spans.arrived(message);
    }),
    hear<HandlerMessage>(HANDLER_CHANNEL, (message) => {
      if (isMeant(message.receiver)) wrapHandler(message, spans, measured);
    }),
    hear<OutcomeMessage>(OUTCOME_CHANNEL, (message) => {
      if (!isMeant(message.receiver)) return;
      measured.outcome(message);
      if (!message.outcome.isLate) spans.ended(message);
    }),
    hearStores(meter),
    ...(kept.length === 0 ? [] : [measured.inboxes(kept)]),
  ];
  return {
    disable() {
      for (const end of ends.splice(0)) end();
    },
  };
}

function wrapHandler(message: HandlerMessage, spans: DeliverySpans, measured: HookgateMetrics): void {
  const { run } = message;
  message.run = function observedHandler(): unknown {
    let running: RunningHandler;
    try {
      running = spans.handler(message);
    } catch (error) {
      diag.error("hookgate/otel failed before a handler", error);
      return run(); // a failure of telemetry is no failure of the handler
    }
    const measuredEnd = measured.handlerStarted(message.receiver, message.via);
    function returned<T>(value: T): T {
      measuredEnd("returned");
      running.end("returned");
      return value;
    }
    function threw(thrown: unknown): never {
      const result = resultOf(thrown);
      measuredEnd(result);
      running.end(result, thrown);
      throw thrown;
    }
    let answer: unknown;
    try {
      answer = context.with(running.context, run);
    } catch (thrown) {
      return threw(thrown);
    }
    return isPromise(answer) ? answer.then(returned, threw) : returned(answer);
  };
}

/** A subscriber of a diagnostics channel must not throw: an exception would end the process. */
function hear<Message>(channel: string, listener: (message: Message) => void): () => void {
  const listen = (message: unknown): void => {
    try {
      listener(message as Message);
    } catch (error) {
      diag.error(`hookgate/otel failed on ${channel}`, error);
    }
  };
  subscribe(channel, listen);
  return () => void unsubscribe(channel, listen);
}

/** A store is measured once per meter, however many receivers are instrumented. */
const storeListeners = new Map<Meter, { count: number; readonly end: () => void }>();

function hearStores(meter: Meter): () => void {
  const known = storeListeners.get(meter) ?? { count: 0, end: hear<StoreMessage>(STORE_CHANNEL, storeMetrics(meter)) };
  known.count++;
  storeListeners.set(meter, known);
  return () => {
    if (--known.count > 0) return;
    storeListeners.delete(meter);
    known.end();
  };
}
