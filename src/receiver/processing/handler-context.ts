// The context that a handler gets beside its event.

import type { Reply, ReplyProfile } from "../../core/reply.js";
import type { HeldClaim } from "../../dedupe/claim.js";

/** Something JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Where a handler stands with dedupe: `off` also where the event has no id. */
export type DedupeState = "claimed" | "bypassed" | "off";

interface BaseContext {
  /**
   * Aborts at `handlerTimeoutSeconds`, when the claim is lost to another process, and at the end of `close`. Never
   * because the sender hung up: the work goes on, and the sender's next attempt hears that it is done.
   */
  readonly signal: AbortSignal;
  /** How often a handler was started for this event, this time included, as far as the store remembers. */
  readonly attempt: number;
  readonly dedupe: DedupeState;
  /** The same for every delivery of the event, for APIs that take an idempotency key; `undefined` where the event has no id, unless an inbox or `replay: "suppress"` knows it by something else. */
  readonly idempotencyKey: string | undefined;
  /** With `order` and `onSuperseded: "flag"`: a newer event of the same entity was here before. Else false. */
  readonly isSuperseded: boolean;
  /** Rises with every claim of this event: a downstream write can refuse an older holder. `undefined` without a claim. */
  readonly fence: number | undefined;
  /**
   * Chooses what the sender hears on success. Failure is said by throwing.
   *
   * @throws {TypeError} When the status is not one the sender takes as success, when called twice, or after the handler ended.
   */
  reply(reply: { status?: number; headers?: Readonly<Record<string, string>>; body?: string | Uint8Array }): void;
  /**
   * Runs a part of the handler once per event: a part that succeeded is remembered when the handler fails later, and the
   * next attempt gets its value without running it. Called twice at once with one name it runs once, and both get what
   * came of it. Not promised: a crash of the process forgets what was not yet stored.
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
   * The transaction that the event's completion is part of: what is written through it stands exactly when the event
   * counts as handled. A handler that throws undoes it, except with `Discard`, which completes the event.
   *
   * @throws {TypeError} When read after the handler ended, or for an event without an id, which has no claim.
   */
  readonly tx: Tx;
}

/** `Tx` is `never` for a store that is not transactional. */
export type Context<Tx = never> = BaseContext & ([Tx] extends [never] ? unknown : TransactionContext<Tx>);

/** With an inbox the sender was answered before the handler runs, so there is nothing to reply to. */
export type InboxContext<Tx = never> = Omit<Context<Tx>, "reply">;

const MAX_PROGRESS_BYTES = 16_384;

/** What a run tells its context of. */
export interface RunFacts {
  readonly attempt: number;
  readonly dedupe: DedupeState;
  readonly idempotencyKey: string | undefined;
  readonly isSuperseded: boolean;
  /** `undefined` where there is none. */
  readonly claim: HeldClaim | undefined;
}

/** One run of one handler. The signal is made when first read: it costs more than the signature check. */
export class HandlerContext implements BaseContext {
  readonly #facts: RunFacts;
  readonly #profile: ReplyProfile;
  readonly #canReply: boolean;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;
  #reply: Reply | undefined;
  #hasEnded = false;
  #progress: Map<string, string | undefined> | undefined;
  /** Parts of `once` that run now. */
  #running: Map<string, Promise<unknown>> | undefined;

  constructor(facts: RunFacts, profile: ReplyProfile, canReply: boolean) {
    this.#facts = facts;
    this.#profile = profile;
    this.#canReply = canReply;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }
  get attempt(): number {
    return this.#facts.attempt;
  }
  get dedupe(): DedupeState {
    return this.#facts.dedupe;
  }
  get idempotencyKey(): string | undefined {
    return this.#facts.idempotencyKey;
  }
  get fence(): number | undefined {
    return this.#facts.claim?.fence;
  }
  get isSuperseded(): boolean {
    return this.#facts.isSuperseded;
  }
  get tx(): unknown {
    if (this.#hasEnded) throw new TypeError("context.tx: read after the handler ended");
    const { claim } = this.#facts;
    if (claim?.isTransactional !== true) {
      throw new TypeError(
        "context.tx: there is no transaction: the store is not transactional, or the event has no id to claim it by",
      );
    }
    return claim.tx;
  }

  /** Bound when read, so that a handler may take it out of the context; few handlers read it. */
  get reply(): BaseContext["reply"] {
    return (reply) => this.#setReply(reply);
  }

  get once(): BaseContext["once"] {
    type Part = () => Json | undefined | Promise<Json | undefined>;
    return ((name: string, part: Part) => this.#once(name, part)) as BaseContext["once"];
  }

  #setReply(reply: Parameters<BaseContext["reply"]>[0]): void {
    if (!this.#canReply)
      throw new TypeError("context.reply: the event came out of an inbox; its sender was answered before");
    if (this.#hasEnded) throw new TypeError("context.reply: called after the handler ended");
    if (this.#reply !== undefined) throw new TypeError("context.reply: called twice");
    const status = reply.status ?? this.#profile.successStatus;
    if (!this.#profile.successStatuses.includes(status)) {
      throw new TypeError(
        `context.reply: status ${status} is none of this sender's success statuses (${this.#profile.successStatuses.join(", ")}); to fail, throw`,
      );
    }
    const body = reply.body ?? "";
    if (typeof body !== "string" && !(body instanceof Uint8Array)) {
      throw new TypeError(
        "context.reply: body must be a text or bytes; for JSON, pass JSON.stringify(value) and a content-type header",
      );
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(reply.headers ?? {})) {
      if (typeof value !== "string" || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
        throw new TypeError(`context.reply: header ${JSON.stringify(name)} has a name or value that HTTP cannot carry`);
      }
      const lower = name.toLowerCase();
      if (FRAMING_HEADERS.has(lower)) {
        throw new TypeError(`context.reply: header ${JSON.stringify(name)} is the connection's, not the reply's`);
      }
      headers[lower] = value;
    }
    this.#reply = { status, headers, body };
  }

  #once<T extends Json | undefined>(name: string, part: () => T | Promise<T>): Promise<T> {
    this.#running ??= new Map();
    const same = this.#running.get(name);
    if (same !== undefined) return same as Promise<T>;
    const own = this.#runPart(name, part).finally(() => this.#running?.delete(name));
    this.#running.set(name, own);
    return own;
  }

  async #runPart<T extends Json | undefined>(name: string, part: () => T | Promise<T>): Promise<T> {
    if (this.#hasEnded) throw new TypeError("context.once: called after the handler ended");
    this.#progress ??= readProgress(this.#facts.claim?.progress);
    if (this.#progress.has(name)) {
      const kept = this.#progress.get(name);
      return (kept === undefined ? undefined : JSON.parse(kept)) as T;
    }
    const value = await part();
    const text = value === undefined ? undefined : JSON.stringify(value);
    this.#progress.set(name, text);
    const bytes = Buffer.byteLength(writeProgress(this.#progress));
    if (bytes > MAX_PROGRESS_BYTES) {
      this.#progress.delete(name);
      throw new RangeError(
        `context.once("${name}"): values of one event may hold ${MAX_PROGRESS_BYTES} bytes together; this makes ${bytes}. Return an id instead`,
      );
    }
    return value;
  }

  /** Only the first reason counts. */
  abort(reason: Error): void {
    if (this.#abortReason !== undefined || this.#hasEnded) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** The handler returned or threw. */
  end(): void {
    this.#hasEnded = true;
  }

  get chosenReply(): Reply | undefined {
    return this.#reply;
  }

  /** What the store keeps when the claim is released; `undefined`: nothing new. */
  get progress(): string | undefined {
    return this.#progress === undefined || this.#progress.size === 0 ? undefined : writeProgress(this.#progress);
  }
}

/** RFC 9110 section 7.6.1, and what frames a message: one of them would break the answer after the work is done. */
const FRAMING_HEADERS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** RFC 9110 section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5: visible characters, spaces and tabs, one byte each. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function readProgress(text: string | undefined): Map<string, string | undefined> {
  if (text === undefined) return new Map();
  const pairs = JSON.parse(text) as [string, string | null][];
  return new Map(pairs.map(([name, value]) => [name, value ?? undefined]));
}

function writeProgress(progress: ReadonlyMap<string, string | undefined>): string {
  return JSON.stringify([...progress].map(([name, value]) => [name, value ?? null]));
}
