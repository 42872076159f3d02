// The parameter type of createReceiver: one signature, whose compiler errors name the right option.

import type { Schemas } from "../core/schema.js";
import type { Inbox } from "../inbox/inbox.js";
import type { DedupeOptions, ReceiverOptions } from "./options.js";
import type { Context, InboxContext } from "./processing/context.js";

/** The type of a name that is not an option. A compiler error shows it with the option to use: `DidYouMean<"retentionSeconds">`. */
export interface DidYouMean<Option extends string> {
  readonly "is not an option; use": Option;
}

/** Names that are tried for options of `createReceiver`, because other libraries have them or the unit is left out. */
export interface MisnamedOptions {
  readonly tolerance?: DidYouMean<"toleranceSeconds">;
  readonly maxBody?: DidYouMean<"maxBodyBytes">;
  readonly maxSize?: DidYouMean<"maxBodyBytes">;
  readonly limit?: DidYouMean<"maxBodyBytes">;
  readonly bodyLimit?: DidYouMean<"maxBodyBytes">;
  readonly maxBuffered?: DidYouMean<"maxBufferedBytes">;
  readonly bodyTimeout?: DidYouMean<"bodyTimeoutSeconds">;
  readonly answerWithin?: DidYouMean<"answerWithinSeconds">;
  readonly handlerTimeout?: DidYouMean<"handlerTimeoutSeconds">;
  readonly timeout?: DidYouMean<"answerWithinSeconds or handlerTimeoutSeconds">;
  readonly concurrency?: DidYouMean<"maxConcurrent">;
  readonly trustedProxy?: DidYouMean<"trustedProxies">;
  readonly trustProxy?: DidYouMean<"trustedProxies">;
  readonly allowlist?: DidYouMean<"allow">;
  readonly url?: DidYouMean<"publicUrl">;
  readonly https?: DidYouMean<"requireHttps">;
  readonly store?: DidYouMean<"dedupe: { store }">;
  readonly retention?: DidYouMean<"dedupe: { retentionSeconds }">;
  readonly retentionSeconds?: DidYouMean<"dedupe: { retentionSeconds }">;
  readonly leaseSeconds?: DidYouMean<"dedupe: { leaseSeconds }">;
  readonly secret?: DidYouMean<"the sender's options: createReceiver(stripe({ secret }))">;
  readonly schema?: DidYouMean<"events">;
  readonly schemas?: DidYouMean<"events">;
  readonly handlers?: DidYouMean<"receiver.on(type, handler)">;
}

/** The same for `dedupe`. */
export interface MisnamedDedupeOptions {
  readonly retention?: DidYouMean<"retentionSeconds">;
  readonly ttl?: DidYouMean<"retentionSeconds">;
  readonly ttlSeconds?: DidYouMean<"retentionSeconds">;
  readonly expiry?: DidYouMean<"retentionSeconds">;
  readonly lease?: DidYouMean<"leaseSeconds">;
  readonly lock?: DidYouMean<"leaseSeconds">;
  readonly lockSeconds?: DidYouMean<"leaseSeconds">;
  readonly scope?: DidYouMean<"createReceiver(sender, { scope })">;
}

/** With an inbox there is no `dedupe`: the inbox recognises duplicates. */
type DedupeWith<Tx, In> =
  In extends Inbox<unknown> ? undefined : undefined | false | (DedupeOptions<Tx> & MisnamedDedupeOptions);

/** Options of `createReceiver`. `In` is the type of the inbox, `undefined` without one. */
export type CheckedOptions<S extends Schemas, Tx, Events, In> = Omit<
  ReceiverOptions<S, Tx, Events>,
  "dedupe" | "inbox"
> &
  MisnamedOptions & {
    /** `false`: every delivery is handled, duplicates too. Not with an inbox. */
    readonly dedupe?: (false | DedupeOptions<Tx> | undefined) & DedupeWith<Tx, In>;
    /** Stores every event before its sender is answered, in place of `dedupe`; `receiver.work()` handles them. Default: handlers run while the sender waits. */
    readonly inbox?: In | undefined;
  };

/** The transaction that handlers get: the inbox's, or the store's. */
export type TxOf<Tx, In> = In extends Inbox<infer InboxTx> ? InboxTx : Tx;

/** The context that handlers get. */
export type ContextOf<Tx, In> = In extends Inbox<infer InboxTx> ? InboxContext<InboxTx> : Context<Tx>;
