// The error of a store that is unavailable, with the kind of failure.
import type { StoreMessage } from "../core/diagnostics.js";
import { SharedError } from "../lib/across-builds.js";
import { StoreFullError } from "../stores/store.js";

/** `resting`: the breaker is open and the store was not asked. */
export type StoreFailure = "timeout" | "failed" | "malformed" | "resting";

/** The store could not be asked, or not be understood: nothing was decided, and the sender hears 503. */
export class StoreUnavailableError extends SharedError {
  static override readonly brand = "hookgate.StoreUnavailableError";
  override readonly name = "StoreUnavailableError";
  readonly failure: StoreFailure;

  constructor(message: string, failure: StoreFailure, options?: { cause?: unknown }) {
    super(message, options);
    this.failure = failure;
  }
}

/** As `hookgate:store` tells it. */
export function failureOf(error: unknown): StoreMessage["failure"] {
  if (error instanceof StoreFullError) return "full";
  return error instanceof StoreUnavailableError && error.failure !== "resting" ? error.failure : "failed";
}
