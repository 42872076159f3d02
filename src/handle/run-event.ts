// One event from here to its end: handler, schema, confirmation, claim, run, settle.
import type { Covers } from "../auth/auth.js";
import type { ClaimResult, Claims, HeldClaim } from "../dedupe/claims.js";
import { StoreUnavailableError } from "../dedupe/guarded.js";
import { StoreFullError } from "../dedupe/store.js";
import { WebhookError } from "../errors.js";
import type { ReceivedEvent } from "../event.js";
import type { AnyHandler, Handlers } from "../handlers.js";
import { cancelDeadline, type Deadline, setDeadline } from "../internal/deadlines.js";
import { isPromise, type MaybePromise } from "../internal/maybe-promise.js";
import type { EventOutcome, Note } from "../outcome.js";
import { describeIssues, type Schemas } from "../schema.js";
import type { Confirm } from "../sender.js";
import type { RunFacts } from "./context.js";
import { eventOutcome, parseReply } from "./event-outcome.js";
import { HandlerRun, type RunSettings } from "./handler-run.js";
import { releaseClaim } from "./settle.js";

export interface EventSettings extends RunSettings {
  readonly handlers: Handlers;
  readonly schemas: Schemas | undefined;
  readonly onInvalid: "retry" | "reject" | "accept";
  readonly confirm: Confirm | undefined;
  /** `undefined`: no dedupe. */
  readonly claims: Claims | undefined;
  readonly strict: boolean;
  readonly onStoreFailure: "refuse" | "process";
  readonly isClosing: () => boolean;
}

/** What an event brings along from its delivery. */
export interface EventTerms {
  readonly body: Buffer;
  readonly covers: Covers;
  readonly isIdCovered: boolean;
}

/** A duplicate in the same process waits so long for its twin's reply. */
const TWIN_WAIT_MS = 1_000;
/** A run that goes on, for `close` to await and to end. */
export interface ActiveRun {
  readonly ended: Promise<EventOutcome>;
  /** Aborts the signal, and gives the claim back so that a retry need not wait for its lease. */
  stop(reason: Error): Promise<void>;
}

export class EventRunner {
  readonly #settings: EventSettings;
  /** Runs of this process by dedupe key: a twin waits here before it asks the store. */
  readonly #twins = new Map<string, Promise<EventOutcome>>();
  readonly active: Set<ActiveRun> = new Set();
  #startingCount = 0;

  constructor(settings: EventSettings) {
    this.#settings = settings;
  }

  /** Handlers that run, and those about to: while a store is asked, others must not take their place. */
  get busyCount(): number {
    return this.active.size + this.#startingCount;
  }

  /** Resolves once every event that is being claimed or handled now has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#twins.values(), ...[...this.active].map((run) => run.ended)]);
  }

  /** Never rejects. */
  async run(event: ReceivedEvent, terms: EventTerms): Promise<EventOutcome> {
    const { handlers } = this.#settings;
    // Before the schema and before the store: an event that nobody handles is neither invalid nor claimed, and a
    // resend after a handler was deployed runs.
    const handler = handlers.find(event.type);
    if (handler === undefined)
      return eventOutcome(event, "ignored", { hint: `no handler for ${JSON.stringify(event.type)}` });
    if (this.#settings.isClosing()) return closing(event);
    const notes: Note[] = [];
    const refused = this.#needsVouching(event) ? await this.vouch(event, notes) : undefined;
    if (refused !== undefined) return refused;
    return this.#handle(event, handler, terms, notes);
  }

  async #handle(event: ReceivedEvent, handler: AnyHandler, terms: EventTerms, notes: Note[]): Promise<EventOutcome> {
    const { claims } = this.#settings;
    if (claims === undefined || event.id === undefined) return this.#start(event, handler, undefined, undefined, notes);
    const subject = { id: event.id, tenant: event.tenant, ...terms };
    const key = claims.keyOf(subject);
    const twin = this.#twins.get(key);
    if (twin !== undefined) return this.#awaitTwin(event, twin);
    // The twin is entered before the store is asked, so that copies in one process never race each other there.
    const own = this.#claimAndStart(event, handler, claims, key, subject, notes);
    this.#twins.set(key, own);
    try {
      return await own;
    } finally {
      this.#forgetTwin(key, own);
    }
  }

  /** What must hold of an event before it is claimed: its schema, and the user's word where the sender signs nothing. */
  async vouch(event: ReceivedEvent, notes: Note[]): Promise<EventOutcome | undefined> {
    const { schemas } = this.#settings;
    const invalid =
      schemas !== undefined && Object.hasOwn(schemas, event.type)
        ? await this.#checkSchema(event, schemas, notes)
        : undefined;
    if (invalid !== undefined || event.verified) return invalid;
    return this.#confirm(event);
  }

  /** Most events need none, and then nothing is waited for. */
  #needsVouching(event: ReceivedEvent): boolean {
    return this.#settings.schemas !== undefined || !event.verified;
  }

  async #claimAndStart(
    event: ReceivedEvent,
    handler: AnyHandler,
    claims: Claims,
    key: string,
    subject: Parameters<Claims["take"]>[1],
    notes: Note[],
  ): Promise<EventOutcome> {
    let result: Awaited<ReturnType<Claims["take"]>>;
    this.#startingCount++;
    try {
      const taken = claims.take(key, subject);
      result = isPromise(taken) ? await taken : taken;
    } catch (error) {
      return this.#storeFailed(event, handler, key, error, notes);
    } finally {
      this.#startingCount--;
    }
    if (result.state === "in_flight") {
      return eventOutcome(event, "in_flight", { retryAfterSeconds: result.retryAfterSeconds });
    }
    if (result.state === "done") return handledBefore(event, result, this.#settings.strict, notes);
    if (this.#settings.isClosing()) {
      const problem = await releaseClaim(result.claim, result.claim.progress);
      if (problem !== undefined) this.#settings.onError(problem);
      return closing(event);
    }
    if (result.isReplaySuspected) notes.push("replay_suspected");
    return this.#start(event, handler, result.claim, key, notes);
  }

  async #checkSchema(event: ReceivedEvent, schemas: Schemas, notes: Note[]): Promise<EventOutcome | undefined> {
    const { onInvalid, onError } = this.#settings;
    const schema = schemas[event.type] as Schemas[string];
    let answer: Awaited<ReturnType<(typeof schema)["~standard"]["validate"]>>;
    try {
      const validated = schema["~standard"].validate(event.payload);
      answer = isPromise(validated) ? await validated : validated;
    } catch (cause) {
      const error = new WebhookError("misconfigured", `the schema for ${event.type} threw instead of answering`, {
        cause,
      });
      onError(error);
      return eventOutcome(event, "misconfigured", { error, hint: error.message });
    }
    if (answer.issues === undefined) {
      event.payload = answer.value;
      return undefined;
    }
    const hint = `${event.type} does not match its schema: ${describeIssues(answer.issues)}`;
    if (onInvalid === "accept") {
      // Answered as success, never handled: a handler is promised what its schema says.
      notes.push("schema_skipped");
      return eventOutcome(event, "ignored", { notes, hint });
    }
    return eventOutcome(event, "invalid_event", onInvalid === "reject" ? { status: 422, hint } : { hint });
  }

  /** The sender signs nothing: only the user's look at the source vouches for the event. */
  async #confirm(event: ReceivedEvent): Promise<EventOutcome | undefined> {
    const { confirm, onError } = this.#settings;
    try {
      const answer = await confirm?.(event);
      if (answer === true) return undefined;
      if (typeof answer === "object" && answer !== null && "payload" in answer) {
        event.payload = answer.payload;
        return undefined;
      }
      return eventOutcome(event, "unauthenticated", { hint: "confirm(event) did not vouch for this unsigned event" });
    } catch (cause) {
      const error = new WebhookError(
        "undecided",
        "confirm(event) threw, so the event was neither believed nor refused",
        { cause },
      );
      onError(error);
      return eventOutcome(event, "undecided", { error, hint: error.message });
    }
  }

  async #awaitTwin(event: ReceivedEvent, twin: Promise<EventOutcome>): Promise<EventOutcome> {
    let deadline: Deadline | undefined;
    const patience = new Promise<undefined>((resolve) => {
      deadline = setDeadline(TWIN_WAIT_MS, () => resolve(undefined));
    });
    const outcome = await Promise.race([twin, patience]);
    cancelDeadline(deadline);
    if (outcome === undefined) {
      const hint = "the same event is being handled in this process";
      return eventOutcome(event, "in_flight", {
        retryAfterSeconds: Math.ceil(this.#settings.handlerTimeoutMs / 1000),
        hint,
      });
    }
    if (outcome.name === "processed") return eventOutcome(event, "duplicate", { reply: outcome.reply });
    return { ...outcome, error: undefined, notes: [] };
  }

  #storeFailed(
    event: ReceivedEvent,
    handler: AnyHandler,
    key: string,
    cause: unknown,
    notes: Note[],
  ): MaybePromise<EventOutcome> {
    const { onStoreFailure, onError } = this.#settings;
    if (cause instanceof StoreFullError) {
      return eventOutcome(event, "overloaded", { hint: cause.message, error: cause });
    }
    const error = new WebhookError("store_unavailable", "the dedupe store could not claim the event", { cause });
    onError(error);
    if (onStoreFailure === "process") {
      notes.push("dedupe_bypassed");
      return this.#start(event, handler, undefined, key, notes);
    }
    const hint = cause instanceof StoreUnavailableError ? cause.message : error.message;
    return eventOutcome(event, "store_unavailable", {
      error,
      hint,
      retryAfterSeconds: 5 + Math.floor(Math.random() * 10),
    });
  }

  #start(
    event: ReceivedEvent,
    handler: AnyHandler,
    claim: HeldClaim | undefined,
    key: string | undefined,
    notes: Note[],
  ): MaybePromise<EventOutcome> {
    const facts: RunFacts = {
      attempt: claim?.attempt ?? 1,
      dedupe: claim !== undefined ? "claimed" : notes.includes("dedupe_bypassed") ? "bypassed" : "off",
      idempotencyKey: key,
      fence: claim?.fence,
      progress: claim?.progress,
    };
    const run = new HandlerRun(this.#settings, event, claim, facts, notes);
    const ended = run.start(handler);
    const active: ActiveRun = { ended, stop: (reason) => run.stop(reason) };
    this.active.add(active);
    run.onGone(() => {
      this.active.delete(active);
      // A run that was given up must not keep later deliveries of its event waiting for it: its claim lapses.
      if (key !== undefined) this.#twins.delete(key);
    });
    return ended;
  }

  /** Where the run was given up, the event may have another twin by now. */
  #forgetTwin(key: string, own: Promise<EventOutcome>): void {
    if (this.#twins.get(key) === own) this.#twins.delete(key);
  }
}

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
    if (isStrict) {
      const hint = "this id was handled before with another body, and dedupe.strict is on";
      return eventOutcome(event, "invalid_event", { status: 422, notes, hint });
    }
  }
  return eventOutcome(event, "duplicate", { notes, reply: parseReply(done.reply) });
}

function closing(event: ReceivedEvent): EventOutcome {
  return eventOutcome(event, "closing", { hint: "receiver.close() was called", retryAfterSeconds: 5 });
}
