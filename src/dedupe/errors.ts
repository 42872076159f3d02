// The error of an unavailable store, with the kind of failure.
import type { StoreMessage } from "../core/diagnostics.js";
import { SharedError } from "../lib/across-builds.js";
import { StoreFullError } from "../stores/store.js";

/** `breaker_open`: the store was not called. */
export type StoreFailure = "timeout" | "failed" | "malformed" | "breaker_open";

/** The store did not answer, or its answer was malformed. Nothing was decided, and the sender gets 503. */
export class StoreUnavailableError extends SharedError {
  static override readonly brand = "hookgate.StoreUnavailableError";
  override readonly name = "StoreUnavailableError";
  readonly failure: StoreFailure;

  constructor(message: string, failure: StoreFailure, options?: { cause?: unknown }) {
    super(message, options);
    this.failure = failure;
  }
}

/** The failure as it is published on `hookgate:store`. */
export function failureOf(error: unknown): StoreMessage["failure"] {
  if (error instanceof StoreFullError) return "full";
  return error instanceof StoreUnavailableError && error.failure !== "breaker_open" ? error.failure : "failed";
}
