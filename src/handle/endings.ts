// How does an event end that never gets to its handler?
import type { ClaimResult } from "../dedupe/claims.js";
import { StoreUnavailableError } from "../dedupe/guarded.js";
import type { HeldClaim } from "../dedupe/held-claim.js";
import { StoreFullError } from "../dedupe/store.js";
import { WebhookError } from "../errors.js";
import type { ReceivedEvent } from "../event.js";
import type { EventOutcome, Note } from "../outcome.js";
import { eventOutcome, parseReply } from "./event-outcome.js";

/** A duplicate: with another body, or of a replayed one, the operator hears of it. */
export function handledBefore(
  event: ReceivedEvent,
  done: Extract<ClaimResult, { readonly state: "done" }>,
  isStrict: boolean,
  notes: Note[],
): EventOutcome {
  if (done.isReplay) notes.push("replay_suspected");
  else if (!done.isSameBody) {
    notes.push("body_mismatch");
    if (isStrict) return otherBody(event, notes);
  }
  return eventOutcome(event, "duplicate", { notes, reply: parseReply(done.reply) });
}

/** Under `dedupe.strict`. */
export function otherBody(event: ReceivedEvent, notes: readonly Note[]): EventOutcome {
  const hint = "this id came before with another body, and dedupe.strict is on";
  return eventOutcome(event, "invalid_event", { status: 422, notes, hint });
}

/**
 * A handler that failed in a transaction whose connection is gone: its own query did, or would have. The store is what
 * could not be reached, so that is what the sender and the inbox hear.
 */
export function unlessBroken(event: ReceivedEvent, claim: HeldClaim, outcome: EventOutcome): EventOutcome {
  if (outcome.name !== "handler_failed" || claim.isBroken !== true) return outcome;
  return eventOutcome(event, "store_unavailable", {
    attempt: outcome.attempt,
    notes: outcome.notes,
    error: outcome.error,
    hint: `the connection of the handler's transaction was lost; ${outcome.hint ?? "it failed"}`,
    retryAfterSeconds: storeRetrySeconds(),
  });
}

export function closing(event: ReceivedEvent): EventOutcome {
  return eventOutcome(event, "closing", { hint: "receiver.close() was called", retryAfterSeconds: 5 });
}

/** `undefined`: the event is handled without the store, by choice. */
export function storeFailed(
  settings: { readonly onStoreFailure: "refuse" | "process"; readonly onError: (error: WebhookError) => void },
  event: ReceivedEvent,
  cause: unknown,
  notes: Note[],
): EventOutcome | undefined {
  if (cause instanceof StoreFullError) {
    return eventOutcome(event, "overloaded", { hint: cause.message, error: cause });
  }
  const error = new WebhookError("store_unavailable", "the dedupe store could not claim the event", { cause });
  settings.onError(error);
  if (settings.onStoreFailure === "process") {
    notes.push("dedupe_bypassed");
    return undefined;
  }
  const hint = cause instanceof StoreUnavailableError ? cause.message : error.message;
  return eventOutcome(event, "store_unavailable", {
    error,
    hint,
    retryAfterSeconds: storeRetrySeconds(),
  });
}

/** Spread, so that not every sender comes back in the same second. */
function storeRetrySeconds(): number {
  return 5 + Math.floor(Math.random() * 10);
}
