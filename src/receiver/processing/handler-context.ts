// Implements the context that a handler gets beside its event.

import type { Reply, ReplyProfile } from "../../core/reply.js";
import type { HeldClaim } from "../../dedupe/claim.js";
import type { BaseContext, DedupeState, Json } from "./context.js";
import { OnceParts } from "./once-parts.js";
import { toReply } from "./validate-reply.js";

/** What is known of a run when it starts. */
export interface RunFacts {
  readonly attempt: number;
  readonly dedupe: DedupeState;
  readonly idempotencyKey: string | undefined;
  readonly isSuperseded: boolean;
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
  #parts: OnceParts | undefined;
  #hasEnded = false;

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
    return (reply) => {
      if (!this.#canReply)
        throw new TypeError("context.reply: the event came out of an inbox; its sender was answered before");
      if (this.#hasEnded) throw new TypeError("context.reply: called after the handler ended");
      if (this.#reply !== undefined) throw new TypeError("context.reply: called twice");
      this.#reply = toReply(reply, this.#profile);
    };
  }

  get once(): BaseContext["once"] {
    type Part = () => Json | undefined | Promise<Json | undefined>;
    return ((name: string, part: Part) => {
      this.#parts ??= new OnceParts(this.#facts.claim?.progress, () => this.#hasEnded);
      return this.#parts.run(name, part);
    }) as BaseContext["once"];
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
    return this.#parts?.progress;
  }
}
