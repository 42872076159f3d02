// A claim's two ends, each done as well as the store allows, and never thrown over the sender's answer.

import { WebhookError } from "../../core/errors.js";
import type { HeldClaim } from "../../dedupe/claim.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import type { HolderAnswer } from "../../stores/store.js";

/** Before `complete` is tried again, once the work has succeeded. */
const PAUSES_MS: readonly number[] = [50, 200];
/**
 * No further try begins after so long: a store that hangs takes a second for the first alone, and the sender of work that
 * is done waits for its success. The resilient store completes the claim later, once the store is back.
 */
const TRY_WITHIN_MS = 500;

/**
 * The effect exists: whatever the store answers now, the sender gets success. Except in a transaction, where effect and
 * completion are one: then `store_unavailable` says that nothing is known to stand.
 *
 * @returns What there is to report, if anything.
 */
export function completeClaim(claim: HeldClaim, reply: string | undefined): MaybePromise<WebhookError | undefined> {
  if (claim.isTransactional) return commit(claim, reply);
  const untilMs = performance.now() + TRY_WITHIN_MS;
  try {
    const answer = claim.complete(reply);
    return isPromise(answer)
      ? answer.then(problemOf, (cause) => completeAgain(claim, reply, cause, untilMs))
      : problemOf(answer);
  } catch (cause) {
    return completeAgain(claim, reply, cause, untilMs);
  }
}

async function completeAgain(
  claim: HeldClaim,
  reply: string | undefined,
  first: unknown,
  untilMs: number,
): Promise<WebhookError | undefined> {
  let cause = first;
  for (const pauseMs of PAUSES_MS) {
    if (performance.now() + pauseMs > untilMs) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    try {
      return problemOf(await claim.complete(reply));
    } catch (error) {
      cause = error;
    }
  }
  return new WebhookError(
    "complete_failed",
    "the handler succeeded, but its claim could not be completed yet: a retry of this event runs again if the lease lapses first",
    { cause },
  );
}

function problemOf(answer: HolderAnswer): WebhookError | undefined {
  if (answer === "held") return undefined;
  return new WebhookError(
    "double_run",
    "the claim had been taken over when the work was done: the event may have run twice",
  );
}

/** Once, never again: a commit that was not confirmed may have happened, and its transaction is gone either way. */
async function commit(claim: HeldClaim, reply: string | undefined): Promise<WebhookError | undefined> {
  let cause: unknown;
  try {
    if ((await claim.complete(reply)) === "held") return undefined;
  } catch (error) {
    cause = error;
  }
  return new WebhookError(
    "store_unavailable",
    "the handler's transaction is not known to be committed, so the sender gets 503 and retries",
    { cause },
  );
}

/** The event may be claimed again at once; where the store does not answer, once the lease has lapsed. */
export function releaseClaim(claim: HeldClaim, progress: string | undefined): MaybePromise<WebhookError | undefined> {
  try {
    const released = claim.release(progress);
    return isPromise(released) ? released.then(() => undefined, releaseProblem) : undefined;
  } catch (cause) {
    return releaseProblem(cause);
  }
}

function releaseProblem(cause: unknown): WebhookError {
  return new WebhookError("store_unavailable", "the claim could not be released; it lapses with its lease", { cause });
}
