// Refuses deliveries by method, or while the receiver is closing or full.
import type { Delivery } from "../../core/delivery.js";
import type { Rejection } from "../../core/outcome.js";
import { passed } from "../../core/trace.js";
import type { Check } from "./check.js";

/**
 * Node drops what is past its own limit of header lines in silence, signatures included. No sender comes near this, but for
 * those that sign with each of many keys (DocuSign): beyond a few, such headers do not count.
 */
const MAX_HEADER_LINES = 100;
const FEW_CREDENTIALS = 10;

/** What a receiver can take on now. */
export interface ReceiverLoad {
  readonly isClosing: boolean;
  /** `maxConcurrent` handlers run. */
  readonly isFull: boolean;
}

export interface LoadSettings {
  /** Methods of deliveries and handshakes. */
  readonly methods: readonly string[];
  /** How many headers the sender's credentials may take. */
  readonly credentialHeaderCount: number;
  readonly load: ReceiverLoad;
}

export function loadCheck(settings: LoadSettings): Check {
  const methods = new Set(settings.methods);
  const maxLines = MAX_HEADER_LINES + Math.max(0, settings.credentialHeaderCount - FEW_CREDENTIALS);
  const line = passed("load");
  return function load(ctx) {
    const rejection = refusal(settings, methods, maxLines, ctx.delivery);
    ctx.trace.add(rejection === undefined ? line : { check: "load", result: "refused", hint: rejection.hint ?? "" });
    return rejection;
  };
}

function refusal(
  settings: LoadSettings,
  methods: ReadonlySet<string>,
  maxHeaderLines: number,
  { method, headers }: Pick<Delivery, "method" | "headers">,
): Rejection | undefined {
  if (settings.load.isClosing) return closing();
  if (!methods.has(method)) {
    return { name: "method_not_allowed", hint: `${JSON.stringify(method)} is not one of ${[...methods].join(", ")}` };
  }
  if (headers.count > maxHeaderLines) {
    return { name: "too_many_headers", hint: `${headers.count} header lines came; ${maxHeaderLines} are allowed` };
  }
  return settings.load.isFull ? overloaded() : undefined;
}

/** Checked again just before handlers start: many bodies may have been read side by side. */
export function refuseForLoad(load: ReceiverLoad): Rejection | undefined {
  if (load.isClosing) return closing();
  return load.isFull ? overloaded() : undefined;
}

function closing(): Rejection {
  return { name: "closing", hint: "receiver.close() was called", retryAfterSeconds: 5 };
}

export function overloaded(hint = "maxConcurrent handlers are running"): Rejection {
  return { name: "overloaded", hint, retryAfterSeconds: 5 };
}
