// Options of the telemetry, with their defaults.
import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import type { Inbox } from "../inbox/inbox.js";
import { checkOptions, FLAG, isListOf, isText, type OptionRules } from "../lib/options.js";

/** Options of `instrument`. */
export interface InstrumentOptions {
  /** Default: the one that is registered with `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the one that is registered with `@opentelemetry/api` when `instrument` is called, so register yours before. */
  readonly meterProvider?: MeterProvider;
  /** A child span of each check. Default true; false saves a dozen spans of each delivery. */
  readonly checkSpans?: boolean;
  /** Puts message and stack of what a handler threw on its span. Default false, the error's name alone: messages of yours may hold what was in a payload. */
  readonly recordExceptions?: boolean;
  /** Measured whenever metrics are collected, beside the inboxes of the receiver that was given. Default: none. */
  readonly inboxes?: readonly Pick<Inbox<unknown>, "name" | "counts">[];
}

const RULES: OptionRules<InstrumentOptions> = {
  tracerProvider: {
    must: "be a TracerProvider, with getTracer",
    fits: (value) => has(value, "getTracer"),
    isPrivate: true,
  },
  meterProvider: {
    must: "be a MeterProvider, with getMeter",
    fits: (value) => has(value, "getMeter"),
    isPrivate: true,
  },
  checkSpans: { ...FLAG, isPrivate: true },
  recordExceptions: { ...FLAG, isPrivate: true },
  inboxes: {
    must: "be a list of inboxes, such as [sqliteInbox(path)]",
    fits: (value) => isListOf(value, (inbox) => has(inbox, "counts") && isText((inbox as { name?: unknown }).name)),
  },
};
const OTHER_NAMES = {
  tracer: "tracerProvider",
  meter: "meterProvider",
  receivers: "call instrument(receiver) of each",
};

/** @throws {TypeError} That names the option, says what it must be and what came. */
export function checkInstrumentOptions(options: InstrumentOptions): void {
  checkOptions("instrument", options, RULES, OTHER_NAMES);
}

function has(value: unknown, method: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[method] === "function";
}
