// Parses the `traceparent` header (W3C Trace Context section 3.2).
import { createTraceState, isSpanContextValid, type Link, type SpanContext } from "@opentelemetry/api";
import type { HeaderLines } from "../lib/headers.js";

/** Version, trace id, parent id, flags; a later version may add fields after a hyphen. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** W3C Trace Context, section 3.3.1.5: at least this much is propagated. */
const MAX_STATE_CHARACTERS = 512;

/**
 * A link instead of the parent: the sender's trace belongs to another organisation, with its own sampling. Use it for
 * authenticated deliveries only, or a stranger could point into any trace.
 */
export function linkToSender(headers: HeaderLines): Link | undefined {
  const parent = headers.once("traceparent");
  const [, version, traceId, spanId, flags, more] =
    typeof parent === "string" ? (TRACEPARENT.exec(parent.trim()) ?? []) : [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "00" && more !== undefined) return undefined;
  const state = headers.get("tracestate");
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(state === undefined || state.length > MAX_STATE_CHARACTERS ? {} : { traceState: createTraceState(state) }),
  };
  return isSpanContextValid(context) ? { context } : undefined;
}
