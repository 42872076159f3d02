// The public type of the context that a handler gets beside its event.

/** Something JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Whether the event is claimed. `bypassed`: the store was down, and `onStoreFailure` is `"process"`. `off`: no dedupe, or the event has no id. */
export type DedupeState = "claimed" | "bypassed" | "off";

export interface BaseContext {
  /**
   * Aborts at `handlerTimeoutSeconds`, when the claim is lost to another process, and at the end of `close`. Never
   * because the sender disconnected: the handler runs on, and the sender's next attempt is answered with success.
   */
  readonly signal: AbortSignal;
  /** How often a handler was started for this event, this run included, as far as the store remembers. */
  readonly attempt: number;
  readonly dedupe: DedupeState;
  /** The same for every delivery of the event, for APIs that take an idempotency key. `undefined` where the event has no id, unless an inbox or `replay: "suppress"` identifies it otherwise. */
  readonly idempotencyKey: string | undefined;
  /** With `order` and `onSuperseded: "flag"`: a newer event of the same entity was handled before. Else false. */
  readonly isSuperseded: boolean;
  /** Rises with every claim of this event, so that a downstream write can refuse an older holder. `undefined` without a claim. */
  readonly fence: number | undefined;
  /**
   * Chooses the reply on success. To fail, throw.
   *
   * @throws {TypeError} When the status is not one the sender takes as success, when called twice, or after the handler ended.
   */
  reply(reply: { status?: number; headers?: Readonly<Record<string, string>>; body?: string | Uint8Array }): void;
  /**
   * Runs a part of the handler once per event: when the handler fails later, the value of a part that succeeded is stored,
   * and the next attempt gets it without running the part. Two concurrent calls with one name run it once, and both get
   * its result. Not promised: a crash of the process loses values that were not yet stored.
   *
   * @param name - Unique within the handler.
   * @param part - Returns JSON or nothing; all values of an event together hold at most 16 KB.
   * @example const charge = await context.once("charge", () => createCharge(event.payload));
   */
  once<T extends Json | undefined = undefined>(name: string, part: () => T | Promise<T>): Promise<T>;
  once(name: string, part: () => void | Promise<void>): Promise<void>;
}

/** What a transactional store adds. */
interface TransactionContext<Tx> {
  /**
   * The transaction that completes the event: what is written through it is committed exactly when the event counts as
   * handled. A handler that throws rolls it back, except with `Discard`, which completes the event.
   *
   * @throws {TypeError} When read after the handler ended, or for an event without an id, which has no claim.
   */
  readonly tx: Tx;
}

/** `Tx` is `never` for a store that is not transactional. */
export type Context<Tx = never> = BaseContext & ([Tx] extends [never] ? unknown : TransactionContext<Tx>);

/** With an inbox the sender is answered before the handler runs, so there is no `reply`. */
export type InboxContext<Tx = never> = Omit<Context<Tx>, "reply">;
