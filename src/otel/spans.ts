// Spans of a delivery, of its checks and of its handlers, linked to the sender's trace.
import {
  type Attributes,
  type Context,
  context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { ArrivalMessage, HandlerMessage, OutcomeMessage } from "../core/diagnostics.js";
import { Discard, RetryLater } from "../core/errors.js";
import type { Outcome } from "../core/outcome.js";
import { OUTCOMES } from "../core/outcomes.js";
import type { TraceLine } from "../core/trace.js";
import { attributesOf, type HandlerResult } from "./metrics.js";
import { linkToSender } from "./trace-context.js";

export interface SpanSettings {
  readonly checkSpans: boolean;
  readonly recordExceptions: boolean;
}

/** A delivery without an outcome yet. */
interface Open {
  readonly span: Span;
  readonly context: Context;
  readonly arrivedMs: number;
  /** Offset from the monotonic clock to the epoch, taken when the delivery arrived: one clock for all its spans. */
  readonly epochMs: number;
  isLinked: boolean;
}

export class DeliverySpans {
  readonly #tracer: Tracer;
  readonly #settings: SpanSettings;
  /** Keyed by the header lines, the one object that stays the same during a delivery. */
  readonly #open = new WeakMap<object, Open>();

  constructor(tracer: Tracer, settings: SpanSettings) {
    this.#tracer = tracer;
    this.#settings = settings;
  }

  arrived({ delivery, receiver, arrivedMs }: ArrivalMessage): void {
    const parent = context.active();
    const epochMs = Date.now() - performance.now();
    const span = this.#tracer.startSpan(
      `webhook ${receiver.sender}`,
      {
        // Within the span of an HTTP server this is an internal span.
        kind: trace.getSpan(parent) === undefined ? SpanKind.SERVER : SpanKind.INTERNAL,
        startTime: epochMs + arrivedMs,
        attributes: { ...attributesOf(receiver), "http.request.method": delivery.method },
      },
      parent,
    );
    const open: Open = { span, context: trace.setSpan(parent, span), arrivedMs, epochMs, isLinked: false };
    this.#open.set(delivery.headers, open);
  }

  /** Runs the handler inside an active span. */
  handler(message: HandlerMessage): RunningHandler {
    const { event, delivery, receiver, via, attempt } = message;
    const open = this.#open.get(delivery.headers);
    const link = linkToSender(delivery.headers);
    if (open !== undefined) linkOnce(open, link);
    const isOwn = open === undefined;
    const parent = context.active();
    const span = this.#tracer.startSpan(
      `handle ${event.type}`,
      {
        kind: isOwn ? SpanKind.CONSUMER : SpanKind.INTERNAL,
        ...(isOwn && link !== undefined ? { links: [link] } : {}),
        ...(isOwn ? {} : { startTime: open.epochMs + performance.now() }),
        attributes: {
          ...attributesOf(receiver),
          "hookgate.event.type": event.type,
          "hookgate.via": via,
          "hookgate.attempt": attempt,
          ...present({ "hookgate.event.id": event.id, "hookgate.tenant": event.tenant }),
        },
      },
      open?.context ?? parent,
    );
    return {
      context: trace.setSpan(parent, span),
      end: (result, thrown) => {
        span.setAttribute("hookgate.result", result);
        if (result === "failed") this.#fail(span, thrown);
        span.end(open === undefined ? undefined : open.epochMs + performance.now());
      },
    };
  }

  ended({ outcome, delivery }: OutcomeMessage): void {
    if (delivery === undefined) return;
    const open = this.#open.get(delivery.headers);
    if (open === undefined) return;
    this.#open.delete(delivery.headers);
    const { span } = open;
    if (outcome.trace.some(({ check, result }) => check === "authenticate" && result === "passed"))
      linkOnce(open, linkToSender(delivery.headers));
    if (span.isRecording()) {
      span.setAttributes(attributesOfOutcome(outcome));
      // As of HTTP servers: 4xx is the client's, and no error of ours.
      if (outcome.reply.status >= 500) {
        span.setAttribute("error.type", outcome.name);
        span.setStatus({ code: SpanStatusCode.ERROR, message: OUTCOMES[outcome.name].meaning });
      }
      if (this.#settings.checkSpans) this.#checks(open, outcome.trace);
    }
    span.end(
      open.epochMs + (outcome.durationMs === undefined ? performance.now() : open.arrivedMs + outcome.durationMs),
    );
  }

  /** A check lasts from the end of the previous check to its own end, including waiting for the body. */
  #checks({ context: parent, epochMs, arrivedMs }: Open, lines: readonly TraceLine[]): void {
    let startTime = epochMs + arrivedMs;
    for (const { check, result, hint, atMs } of lines) {
      const endTime = Math.max(startTime, atMs === undefined ? startTime : epochMs + arrivedMs + atMs);
      const attributes = {
        "hookgate.check": check,
        "hookgate.result": result,
        ...present({ "hookgate.hint": hint }),
      };
      const span = this.#tracer.startSpan(`check ${check}`, { startTime, attributes }, parent);
      if (result === "undecided") span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endTime);
      startTime = endTime;
    }
  }

  #fail(span: Span, thrown: unknown): void {
    const isError = thrown instanceof Error;
    span.setAttribute("error.type", isError ? thrown.name : typeof thrown);
    span.setStatus({ code: SpanStatusCode.ERROR });
    if (this.#settings.recordExceptions) span.recordException(isError ? thrown : String(thrown));
  }
}

export interface RunningHandler {
  /** Active while the handler runs. */
  readonly context: Context;
  end(result: HandlerResult, thrown?: unknown): void;
}

/** Errors that a handler throws to control the outcome. */
export function resultOf(thrown: unknown): HandlerResult {
  if (thrown instanceof Discard) return "discarded";
  return thrown instanceof RetryLater ? "retry_later" : "failed";
}

function linkOnce(open: Open, link: Link | undefined): void {
  if (open.isLinked || link === undefined) return;
  open.isLinked = true;
  open.span.addLink(link);
}

function attributesOfOutcome(outcome: Outcome): Attributes {
  const { events } = outcome;
  const [only] = events;
  return {
    "hookgate.outcome": outcome.name,
    "hookgate.retry": outcome.retry,
    "http.response.status_code": outcome.reply.status,
    ...present({
      "url.path": outcome.path,
      "client.address": outcome.clientAddress,
      "hookgate.hint": outcome.hint,
      "hookgate.event.count": events.length > 1 ? events.length : undefined,
    }),
    ...(events.length === 1 && only !== undefined
      ? present({ "hookgate.event.type": only.type, "hookgate.event.id": only.id, "hookgate.tenant": only.tenant })
      : {}),
  };
}

function present(attributes: Readonly<Record<string, string | number | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
