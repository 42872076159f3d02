// A claim's two ends, each done as well as the store allows, and never thrown over the sender's answer.
import type { HeldClaim } from "../dedupe/claims.js";
import { WebhookError } from "../errors.js";
import { isPromise } from "../internal/maybe-promise.js";

/** `complete` is tried so often, with these pauses before, once the work has succeeded. */
const COMPLETE_PAUSES_MS: readonly number[] = [0, 50, 200];

/** The effect exists: whatever the store says now, the sender hears success. Answers what there is to report, if anything. */
export async function completeClaim(claim: HeldClaim, reply: string | undefined): Promise<WebhookError | undefined> {
  let cause: unknown;
  for (const pauseMs of COMPLETE_PAUSES_MS) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    try {
      const completed = claim.complete(reply);
      const answer = isPromise(completed) ? await completed : completed;
      if (answer === "held") return undefined;
      return new WebhookError(
        "double_run",
        "the claim had been taken over when the work was done: the event may have run twice",
      );
    } catch (error) {
      cause = error;
    }
  }
  return new WebhookError(
    "complete_failed",
    "the work is done, but the store could not be told: a retry of this event will run again once the lease has passed",
    { cause },
  );
}

/** The event may be claimed again at once; where the store cannot be told, once the lease has passed. */
export async function releaseClaim(claim: HeldClaim, progress: string | undefined): Promise<WebhookError | undefined> {
  try {
    const released = claim.release(progress);
    if (isPromise(released)) await released;
    return undefined;
  } catch (cause) {
    return new WebhookError("store_unavailable", "the claim could not be released; it lapses with its lease", {
      cause,
    });
  }
}
