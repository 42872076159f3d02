// The pipeline: a delivery in, an outcome out. Knows no HTTP framework.

import { COVERS_NOTHING } from "./auth/auth.js";
import { admitStep, closing, overloaded } from "./checks/admit.js";
import type { ClientAddressSource } from "./checks/client-address.js";
import { alreadyReadCheck, declaredCheck } from "./checks/declared.js";
import { freshnessStep } from "./checks/freshness.js";
import { signedHandshakeStep, unsignedHandshakeStep } from "./checks/handshake.js";
import { httpsCheck } from "./checks/https.js";
import { identifyStep } from "./checks/identify.js";
import { parseStep } from "./checks/parse.js";
import { proveStep } from "./checks/prove.js";
import { sourceAddressCheck } from "./checks/source-address.js";
import { Claims } from "./dedupe/claims.js";
import { guardedStore } from "./dedupe/guarded.js";
import { dedupeKeyMaker } from "./dedupe/key.js";
import type { DedupeStore } from "./dedupe/store.js";
import { type Delivery, pathOf } from "./delivery.js";
import { WebhookError } from "./errors.js";
import { eventOutcome } from "./handle/event-outcome.js";
import { fold, mustComeAgain, runDelivery } from "./handle/run-delivery.js";
import { EventRunner, type EventSettings, type EventTerms } from "./handle/run-event.js";
import { Handlers } from "./handlers.js";
import { isPromise, type MaybePromise } from "./internal/maybe-promise.js";
import { Operator } from "./operator.js";
import { type AnyReceiverOptions, type Settings, toSettings } from "./options.js";
import type { Ending, EventOutcome, Outcome, Reply } from "./outcome.js";
import { OUTCOMES } from "./outcome.js";
import type { MalformedItem, Passage, Step } from "./passage.js";
import { createReplies, retryAfterOf } from "./replies.js";
import type { BodyFormats, Sender } from "./sender.js";
import { Trace } from "./trace.js";

const JSON_BODIES: BodyFormats = { "application/json": "json", "application/*+json": "json" };
/** What is in a header beside the proof's own and must not reach a handler or a log. */
const PRIVATE_HEADERS: readonly string[] = ["authorization", "cookie", "proxy-authorization", "set-cookie"];
const NO_EVENTS: readonly EventOutcome[] = [];
const NO_ITEMS: readonly MalformedItem[] = [];

/** Receivers on a store, by scope and sender: two that cannot be told apart would swallow each other's events. */
const attached = new WeakMap<DedupeStore<unknown>, Set<string>>();

/** The receiver below its HTTP side. */
export class ReceiverCore {
  readonly settings: Settings;
  readonly handlers: Handlers = new Handlers();
  readonly operator: Operator;
  readonly eventSettings: EventSettings;
  readonly runner: EventRunner;
  readonly claims: Claims | undefined;
  readonly sender: Sender<never>;
  readonly clientAddress: ClientAddressSource;
  /** Nothing can be decided without the peer's address. */
  readonly needsAddress: boolean;
  readonly #isHeard: boolean;
  readonly #beforeBody: readonly Step[];
  readonly #upstreamBody: readonly Step[];
  readonly #beforeHandling: readonly Step[];
  readonly #replyTo: (ending: Ending) => Reply;
  #isClosing = false;

  constructor(sender: Sender<never>, options: AnyReceiverOptions) {
    const settings = toSettings(sender, options);
    const { definition, profile } = sender;
    const { auth } = definition;
    this.sender = sender;
    this.settings = settings;
    this.clientAddress = options.clientAddress ?? "socket";
    this.needsAddress = options.allow !== undefined;
    this.#isHeard = options.onOutcome !== undefined;
    this.operator = new Operator({
      name: settings.name,
      logger: options.logger,
      onOutcome: options.onOutcome,
      onError: options.onError,
    });
    const handshakes = definition.handshakes ?? [];
    const methods = [...new Set([...profile.methods, ...handshakes.flatMap((handshake) => handshake.methods)])];
    const limits = { formats: definition.body ?? JSON_BODIES, maxBodyBytes: settings.maxBodyBytes };
    const handshakeSettings = { handshakes, deliveryMethods: profile.methods };
    const head = [
      admitStep({ methods, isClosing: () => this.#isClosing, isFull: () => this.#isFull }),
      sourceAddressCheck({
        allow: options.allow,
        trustedProxies: options.trustedProxies,
        clientAddress: options.clientAddress,
      }),
      httpsCheck({
        requireHttps: options.requireHttps,
        trustedProxies: options.trustedProxies,
        clientAddress: options.clientAddress,
      }),
    ];
    this.#beforeBody = present([...head, declaredCheck(limits)]);
    this.#upstreamBody = present([...head, alreadyReadCheck(limits)]);
    this.#beforeHandling = present([
      unsignedHandshakeStep(handshakeSettings),
      proveStep({ auth, publicUrls: settings.publicUrls }),
      freshnessStep({ toleranceSeconds: settings.toleranceSeconds, challenge: auth.challenge }),
      signedHandshakeStep(handshakeSettings),
      parseStep(limits.formats),
      identifyStep({
        sender: definition,
        credentialHeaders: new Set([
          ...PRIVATE_HEADERS,
          ...auth.credentialHeaders,
          ...(definition.privateHeaders ?? []),
        ]),
      }),
    ]);
    this.#replyTo = createReplies(profile, methods);
    const keyOf = dedupeKeyMaker({ scope: settings.scope, sender: sender.name });
    this.claims = this.#attach();
    this.eventSettings = {
      handlers: this.handlers,
      keyOf: definition.dedupe === false ? undefined : keyOf,
      schemas: settings.schemas,
      onInvalid: settings.onInvalid,
      confirm: definition.confirm,
      claims: this.claims,
      strict: settings.dedupe?.strict ?? false,
      onStoreFailure: settings.dedupe?.onStoreFailure ?? "refuse",
      order: settings.order,
      handlerTimeoutMs: settings.handlerTimeoutMs,
      profile,
      onError: (error) => this.operator.error(error),
      isClosing: () => this.#isClosing,
    };
    this.runner = new EventRunner(this.eventSettings);
    for (const warning of settings.warnings) this.operator.warn(warning);
  }

  /** Handlers write through the store's own transaction. */
  get isTransactional(): boolean {
    return this.settings.dedupe?.store.begin !== undefined;
  }

  get #isFull(): boolean {
    return this.runner.busyCount >= this.settings.maxConcurrent;
  }

  /** A delivery arrives; its body may come later. */
  open(delivery: Delivery): OpenPassage {
    this.handlers.close();
    return {
      delivery,
      trace: new Trace(this.#isHeard),
      receivedAtMs: this.settings.now(),
      arrivedMs: performance.now(),
      clientAddress: undefined,
      proof: undefined,
      payload: undefined,
      events: [],
      malformed: NO_ITEMS,
      isIdCovered: false,
    };
  }

  /** The checks that need no body. `isRead`: something upstream has read it, and its bytes are in the delivery. */
  checkHead(passage: OpenPassage, isRead: boolean): MaybePromise<Ending | undefined> {
    return walk(isRead ? this.#upstreamBody : this.#beforeBody, passage);
  }

  /** From the body to the events: nothing here touches a store. */
  identify(passage: OpenPassage): MaybePromise<Ending | undefined> {
    return walk(this.#beforeHandling, passage);
  }

  /** The whole way of a delivery whose body is here. Never rejects. */
  async receive(delivery: Delivery): Promise<Outcome> {
    const passage = this.open(delivery);
    try {
      const refused = this.checkHead(passage, false);
      const ending = isPromise(refused) ? await refused : refused;
      return ending === undefined ? await this.judge(passage) : this.end(passage, ending);
    } catch (cause) {
      this.failed(cause);
      return this.end(passage, { name: "internal_error", error: cause });
    }
  }

  /** The way from the body on. Rejects where a step throws, which is for the HTTP sides to answer. */
  judge(passage: OpenPassage): MaybePromise<Outcome> {
    const refused = this.identify(passage);
    return isPromise(refused)
      ? refused.then((ending) => this.#handle(passage, ending))
      : this.#handle(passage, refused);
  }

  #handle(passage: OpenPassage, ending: Ending | undefined): MaybePromise<Outcome> {
    if (ending !== undefined) return this.end(passage, ending);
    if (passage.events.length === 0) return this.end(passage, { name: "empty" });
    const late = this.refuseLate();
    if (late !== undefined) return this.end(passage, late);
    const outcomes = runDelivery(this.runner, {
      events: passage.events,
      terms: this.termsOf(passage),
      isDeduped: this.claims !== undefined,
      answerByMs: passage.arrivedMs + this.settings.answerWithinMs,
      runningRetryAfterSeconds: this.settings.handlerTimeoutMs / 1000,
      onLate: (late) => this.operator.outcome(this.#fromEvents(passage, late, true)),
      onLateFailure: (cause) => this.failed(cause),
    });
    return isPromise(outcomes)
      ? outcomes.then((events) => this.endEvents(passage, events))
      : this.endEvents(passage, outcomes);
  }

  /** hookgate itself failed: never the sender's fault, and never silent. */
  failed(cause: unknown): void {
    this.operator.error(new WebhookError("internal_error", "hookgate failed while handling a delivery", { cause }));
  }

  /** Asked again just before anything is claimed: `close` may have been called, and others have come, while the body did. */
  refuseLate(): Ending | undefined {
    if (this.#isClosing) return closing();
    return this.#isFull ? overloaded() : undefined;
  }

  termsOf(passage: OpenPassage): EventTerms {
    const covers = passage.proof?.covers ?? COVERS_NOTHING;
    return { body: passage.delivery.body, covers, isIdCovered: passage.isIdCovered };
  }

  /** A delivery that goes no further. */
  end(passage: OpenPassage, ending: Ending): Outcome {
    return this.#tell(this.#outcome(passage, ending, NO_EVENTS, false));
  }

  /** A delivery whose events have ended, here or in a guarded route. */
  endEvents(passage: OpenPassage, events: readonly EventOutcome[]): Outcome {
    return this.#tell(this.#fromEvents(passage, events, false));
  }

  /** New deliveries hear 503; running handlers are awaited, then aborted and their claims released. */
  async close(graceSeconds: number): Promise<void> {
    this.#isClosing = true;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceSeconds * 1000);
    });
    await Promise.race([this.runner.idle(), patience]);
    clearTimeout(timer);
    const reason = new Error("the receiver is closing");
    await Promise.all([...this.runner.active].map((run) => run.stop(reason)));
  }

  #tell(outcome: Outcome): Outcome {
    this.operator.outcome(outcome);
    return outcome;
  }

  #fromEvents(passage: OpenPassage, events: readonly EventOutcome[], isLate: boolean): Outcome {
    const { name, by } = fold(events);
    const ending: Ending = {
      name,
      hint: by?.hint,
      error: by?.error,
      status: by?.status,
      reply: by?.reply,
      retryAfterSeconds: by?.retryAfterSeconds,
    };
    const { malformed } = passage;
    return this.#outcome(
      passage,
      ending,
      malformed.length === 0 ? events : withMalformed(events, malformed),
      isLate,
      by,
    );
  }

  #outcome(
    passage: OpenPassage,
    ending: Ending,
    events: readonly EventOutcome[],
    isLate: boolean,
    by?: EventOutcome,
  ): Outcome {
    const { delivery } = passage;
    return {
      name: ending.name,
      retry: by === undefined ? OUTCOMES[ending.name].retry && ending.status === undefined : mustComeAgain(by),
      retryAfterSeconds: retryAfterOf(ending),
      reply: this.#replyTo(ending),
      events,
      trace: passage.trace.lines,
      hint: ending.hint,
      error: ending.error,
      sender: this.sender.name,
      scope: this.settings.scope,
      durationMs: this.#isHeard ? performance.now() - passage.arrivedMs : undefined,
      method: delivery.method,
      path: pathOf(delivery.url),
      clientAddress: passage.clientAddress,
      isLate,
    };
  }

  #attach(): Claims | undefined {
    const { dedupe, scope, name } = this.settings;
    if (dedupe === undefined) return undefined;
    const { store } = dedupe;
    const receiver = `${this.sender.name}${scope === undefined ? "" : ` (scope ${JSON.stringify(scope)})`}`;
    if (store.isShared && scope === undefined) {
      throw new TypeError(
        `createReceiver: scope is required on the shared ${store.name}: one event id can come to several receivers, and without a scope the second would be answered as a duplicate. Name this endpoint, such as scope: "billing"`,
      );
    }
    const others = attached.get(store) ?? new Set();
    if (others.has(receiver)) {
      throw new TypeError(
        `createReceiver: two receivers for ${receiver} share one ${store.name}: an event that comes to both would be handled by one. Give each its own scope`,
      );
    }
    store.attach?.({
      receiver: name,
      minRetentionSeconds: 2 * (this.settings.toleranceSeconds ?? 300),
      retentionSeconds: dedupe.retentionSeconds,
      report: (message) => this.operator.warn(message),
    });
    // Last: a receiver that could not be built is not in the way of the next one.
    attached.set(store, others.add(receiver));
    return new Claims({ ...dedupe, store: guardedStore(store), scope, sender: this.sender.name });
  }
}

/** A passage with what only the receiver itself may change. */
export interface OpenPassage extends Passage {
  /** On the monotonic clock: what the sender's patience is counted from. */
  readonly arrivedMs: number;
}

/** One for every item, in the order they came. What is malformed is told of and decides nothing: no retry would mend it. */
function withMalformed(events: readonly EventOutcome[], malformed: readonly MalformedItem[]): readonly EventOutcome[] {
  const all = [...events];
  for (const { at, hint } of malformed) {
    all.splice(at, 0, eventOutcome({ id: undefined, type: "", tenant: undefined }, "unidentified", { hint }));
  }
  return all;
}

function present(steps: readonly (Step | undefined)[]): readonly Step[] {
  return steps.filter((step) => step !== undefined);
}

/** Runs steps until one ends the delivery; waits only for a step that must wait. */
function walk(steps: readonly Step[], passage: Passage, from = 0): MaybePromise<Ending | undefined> {
  for (let at = from; at < steps.length; at++) {
    const answer = (steps[at] as Step)(passage);
    if (isPromise(answer)) return answer.then((ending) => ending ?? walk(steps, passage, at + 1));
    if (answer !== undefined) return answer;
  }
  return undefined;
}
