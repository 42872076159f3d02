// Options of the telemetry, with their defaults.
import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import type { Inbox } from "../inbox/inbox.js";
import { checkOptions, FLAG, isListOf, isText, type OptionRules } from "../lib/options.js";

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
  receivers: "call instrument(receiver) for each",
};

/** @throws {TypeError} The message names the option, what it must be and what was given. */
export function checkInstrumentOptions(options: InstrumentOptions): void {
  checkOptions("instrument", options, RULES, OTHER_NAMES);
}

function has(value: unknown, method: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[method] === "function";
}
