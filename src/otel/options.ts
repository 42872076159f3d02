// Options of the telemetry, with their defaults.
import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import type { Inbox } from "../inbox/inbox.js";
import { kindOf, refuseUnknownKeys } from "../lib/options.js";

/** Options of `instrument`. */
export interface InstrumentOptions {
  /** Default: the global provider of `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global provider of `@opentelemetry/api` at the time of `instrument`, so register yours before. */
  readonly meterProvider?: MeterProvider;
  /** Creates a child span for each check. Default true; false saves about a dozen spans per delivery. */
  readonly checkSpans?: boolean;
  /** Records message and stack of a handler's error on its span. Default false (the error's name only): your messages may contain parts of a payload. */
  readonly recordExceptions?: boolean;
  /** Inboxes to measure in addition to the receiver's own. Default: none. */
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
  receivers: "call instrument(receiver) for each",
};

/** @throws {TypeError} The message names the option, what it must be and what was given. */
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

function wrong(option: string, must: string, given: unknown): TypeError {
  return new TypeError(`instrument: ${option} must be ${must}; got ${kindOf(given)}`);
}
