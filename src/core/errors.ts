// Errors at run time. A mistake in the configuration is a TypeError.
import { SharedError } from "../lib/across-builds.js";
import type { OutcomeName } from "./outcomes.js";

/** What failed on the receiver's side. A bad delivery is an outcome, never one of these. */
export type WebhookErrorCode =
  | Extract<
      OutcomeName,
      | "handler_failed"
      | "handler_running"
      | "store_unavailable"
      | "undecided"
      | "misconfigured"
      | "invalid_event"
      | "internal_error"
    >
  | "double_run"
  | "event_dead"
  | "complete_failed";

/** A failure on the receiver's side, passed to `onError`. `cause` is the error that was thrown. Contains no secret and no body. */
export class WebhookError extends SharedError {
  static override readonly brand = "hookgate.WebhookError";
  override readonly name = "WebhookError";
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * A handler throws it when the event should be retried later. The claim is released, and the sender gets 503 with `Retry-After`.
 *
 * @param options.afterSeconds - How long the sender should wait, 1 to 60 on the wire. Senders that ignore `Retry-After` follow their own schedule.
 * @example throw new RetryLater({ afterSeconds: 30 });
 */
export class RetryLater extends SharedError {
  static override readonly brand = "hookgate.RetryLater";
  override readonly name = "RetryLater";
  readonly afterSeconds: number | undefined;

  constructor(options: { afterSeconds?: number; reason?: string; cause?: unknown } = {}) {
    super(options.reason ?? "the handler asked for another delivery later", { cause: options.cause });
    if (options.afterSeconds !== undefined && !(options.afterSeconds >= 0)) {
      throw new TypeError(
        `RetryLater: afterSeconds must be a number of seconds, 0 or more; got ${options.afterSeconds}`,
      );
    }
    this.afterSeconds = options.afterSeconds;
  }
}

/**
 * A handler throws it when the event must not be retried. The claim is completed, and the sender gets the status that stops its retries.
 *
 * @example throw new Discard("the order was deleted");
 */
export class Discard extends SharedError {
  static override readonly brand = "hookgate.Discard";
  override readonly name = "Discard";
  constructor(reason = "the handler discarded the event", options?: { cause?: unknown }) {
    super(reason, options);
  }
}
