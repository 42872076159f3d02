// May this delivery come in at all? The cheapest questions first; none needs the body.
import type { Ending } from "../../core/outcome.js";
import { passed } from "../../core/trace.js";
import type { Step } from "./check.js";

/** Node drops what is past its own limit of header lines in silence, signatures included; no sender comes near this. */
const MAX_HEADER_LINES = 100;

export interface AdmitSettings {
  /** Methods of deliveries and handshakes. */
  readonly methods: readonly string[];
  readonly isClosing: () => boolean;
  /** All handlers that may run at once are running. */
  readonly isFull: () => boolean;
}

export function admitStep(settings: AdmitSettings): Step {
  const methods = new Set(settings.methods);
  const line = passed("admit");
  return function admit(passage) {
    const ending = refusal(settings, methods, passage.delivery.method, passage.delivery.headers.count);
    passage.trace.add(ending === undefined ? line : { check: "admit", verdict: "refused", hint: ending.hint ?? "" });
    return ending;
  };
}

function refusal(
  settings: AdmitSettings,
  methods: ReadonlySet<string>,
  method: string,
  headerCount: number,
): Ending | undefined {
  if (settings.isClosing()) return closing();
  if (!methods.has(method)) {
    return { name: "method_not_allowed", hint: `${JSON.stringify(method)} is not one of ${[...methods].join(", ")}` };
  }
  if (headerCount > MAX_HEADER_LINES) {
    return { name: "too_many_headers", hint: `${headerCount} header lines came; ${MAX_HEADER_LINES} are allowed` };
  }
  if (settings.isFull()) return overloaded();
  return undefined;
}

export function closing(): Ending {
  return { name: "closing", hint: "receiver.close() was called", retryAfterSeconds: 5 };
}

/** Also asked just before a handler would start, for many bodies may have been read side by side, and while a body is read. */
export function overloaded(hint = "maxConcurrent handlers are running"): Ending {
  return { name: "overloaded", hint, retryAfterSeconds: 5 };
}
