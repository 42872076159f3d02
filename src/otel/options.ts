// Options of the telemetry, with their defaults.
import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import type { Inbox } from "../inbox/inbox.js";
import { kindOf, refuseUnknownKeys } from "../lib/options.js";

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

const KNOWN: readonly (keyof InstrumentOptions)[] = [
  "tracerProvider",
  "meterProvider",
  "checkSpans",
  "recordExceptions",
  "inboxes",
];
const OTHER_NAMES = {
  tracer: "tracerProvider",
  meter: "meterProvider",
  receivers: "call instrument(receiver) of each",
};

/** @throws {TypeError} That names the option, says what it must be and what came. */
export function checkInstrumentOptions(options: InstrumentOptions): void {
  refuseUnknownKeys("instrument", options, KNOWN, OTHER_NAMES);
  const { tracerProvider, meterProvider, inboxes } = options;
  if (tracerProvider !== undefined && typeof tracerProvider?.getTracer !== "function")
    throw wrong("tracerProvider", "a TracerProvider, with getTracer", tracerProvider);
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== "function")
    throw wrong("meterProvider", "a MeterProvider, with getMeter", meterProvider);
  for (const name of ["checkSpans", "recordExceptions"] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== "boolean") throw wrong(name, "true or false", value);
  }
  const areInboxes = inboxes?.every((inbox) => typeof inbox?.counts === "function" && typeof inbox.name === "string");
  if (areInboxes === false) throw wrong("inboxes", "a list of inboxes, such as [sqliteInbox(path)]", inboxes);
}

function wrong(option: string, must: string, came: unknown): TypeError {
  return new TypeError(`instrument: ${option} must be ${must}; got ${kindOf(came)}`);
}
