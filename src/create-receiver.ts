// The public receiver: the pipeline with its HTTP sides around it.

import type { IncomingMessage, ServerResponse } from "node:http";
import { type DeliveryInput, toDelivery } from "./core/delivery.js";
import type { WebhookEvent } from "./core/event.js";
import type { EventOf, Matching, Pattern } from "./core/event-map.js";
import type { Outcome } from "./core/outcome.js";
import type { Merge, Schemas } from "./core/schema.js";
import type { Inbox } from "./inbox/inbox.js";
import { sharedWeakMap } from "./lib/across-builds.js";
import type { CheckedOptions, ContextOf, TxOf } from "./receiver/checked-options.js";
import { answerFetch, type FetchOptions } from "./receiver/http/fetch.js";
import { guardedEvents, guardNode } from "./receiver/http/guard.js";
import { answerNode } from "./receiver/http/node.js";
import type { AnyReceiverOptions } from "./receiver/options.js";
import type { Context } from "./receiver/processing/context.js";
import type { HandlerWith } from "./receiver/processing/handler-registry.js";
import { ReceiverCore } from "./receiver/receiver.js";
import type { WorkOptions } from "./receiver/receiver-inbox.js";
import type { EnrolOptions } from "./receiver/secret-enrolment.js";
import type { Sender } from "./sender/sender.js";

type Next = (error?: unknown) => void;

/** How long `close` waits for running handlers, seconds. Orchestrators kill after 30. */
const GRACE_SECONDS = 25;

/**
 * Middleware that receives one sender's webhooks: `app.use("/webhooks/stripe", receiver)`. It reads the raw body itself,
 * always answers, never calls `next` and never throws.
 */
export interface Receiver<Types, Tx = never, Ctx = Context<Tx>> {
  (req: IncomingMessage, res: ServerResponse, next?: Next): void;
  /**
   * Registers the handler for a type, several, everything below a prefix (`invoice.*`), or everything (`*`). One event
   * runs one handler: the most specific.
   *
   * @throws {TypeError} For a second handler of one pattern, and after the first delivery.
   */
  on<const P extends Pattern<Types>>(
    pattern: P | readonly P[],
    handler: HandlerWith<EventOf<Types, Matching<Types, P>>, Ctx>,
  ): this;
  /** Handles events that no other handler takes; undeclared types do arrive. Without it they are answered with success and ignored. */
  onUnhandled(handler: HandlerWith<WebhookEvent, Ctx>): this;
  /** The same pipeline on the Fetch API. Bound: pass it as it is. Never rejects. */
  readonly fetch: (request: Request, options?: FetchOptions) => Promise<Response>;
  /**
   * Middleware for a route of one's own: every check, then the claims, then `next()`. The route is the handler of all
   * events of the delivery; its answer settles them when it calls `res.end`: 2xx completes, anything else releases. Work
   * after the answer is work after completion.
   */
  readonly guard: (req: IncomingMessage, res: ServerResponse, next: Next) => void;
  /** The events that `guard` let through. @throws {TypeError} On any other request. */
  events(req: IncomingMessage): readonly EventOf<Types>[];
  /** The pipeline without HTTP. Never rejects. */
  readonly receive: (delivery: DeliveryInput) => Promise<Outcome>;
  /**
   * For senders that hand over the secret of a new webhook by themselves (Notion, Asana): opens a window for one, and
   * resolves with the secret that came. Outside of it such a secret is refused, for anybody can send one.
   *
   * @param options.forSeconds - How long the window stays open. Default 60.
   * @throws {TypeError} When this sender does no such thing, or a window is open already. Rejects when none came in time.
   * @example
   * const secret = receiver.enrol();
   * await createWebhook("https://example.com/webhooks/asana");
   * await keep(await secret);
   */
  enrol(options?: EnrolOptions): Promise<string>;
  /**
   * Begins to handle what is in the inbox, in this process; in others, too, where they call it. Handlers are registered
   * before. `close` ends it.
   *
   * @throws {TypeError} When there is no inbox, or an option is unknown or out of range.
   */
  work(options?: WorkOptions): this;
  /** New deliveries get 503; running handlers are awaited for `graceSeconds` (default 25), then aborted and their claims released. */
  close(options?: { graceSeconds?: number | undefined }): Promise<void>;
}

/**
 * Builds a receiver for one sender. Everything that can be wrong with it is found here.
 *
 * @param sender - From `hookgate/senders`, or `defineSender`.
 * @param options - All have defaults.
 * @throws {TypeError} When an option is unknown or malformed; the message names it, says what came, and how to mend it.
 * @example
 * const receiver = createReceiver(stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET }));
 * receiver.on("invoice.paid", async (event) => {
 *   await markPaid(event.payload.data.object);
 * });
 * app.use("/webhooks/stripe", receiver);
 */
export function createReceiver<
  Types,
  const S extends Schemas = {},
  Tx = never,
  In extends Inbox<unknown> | undefined = undefined,
>(
  sender: Sender<Types>,
  options?: CheckedOptions<S, Tx, EventOf<Merge<Types, S>>, In>,
): Receiver<Merge<Types, S>, TxOf<Tx, In>, ContextOf<Tx, In>>;
export function createReceiver(sender: Sender<unknown>, options: object = {}): unknown {
  if (typeof sender?.definition?.auth?.verify !== "function") {
    throw new TypeError(
      "createReceiver(sender, options): sender must come from hookgate/senders, such as stripe({ secret }), or from defineSender",
    );
  }
  const core = new ReceiverCore(sender as unknown as Sender<never>, options as AnyReceiverOptions);

  // Three parameters, as middleware has: h3 answers 204 at once for a function that declares two and returns nothing.
  function receiver(req: IncomingMessage, res: ServerResponse, _next?: Next): void {
    void answerNode(core.pipeline, req, res);
  }
  const methods = {
    on(pattern: string | readonly string[], handler: unknown) {
      refuseImpossibleType(core.sender, pattern);
      core.handlers.add(pattern, handler);
      return receiver;
    },
    onUnhandled(handler: unknown) {
      core.handlers.setUnhandled(handler);
      return receiver;
    },
    fetch: (request: Request, fetchOptions: FetchOptions = {}) => answerFetch(core.pipeline, request, fetchOptions),
    guard: function guard(req: IncomingMessage, res: ServerResponse, next: Next): void {
      void guardNode(core.pipeline, req, res, next);
    },
    events: (req: IncomingMessage) => guardedEvents(req),
    receive: (delivery: DeliveryInput) => core.pipeline.receive(toDelivery(delivery)),
    enrol: (options?: EnrolOptions) => core.enrol(options),
    work(options: WorkOptions = {}) {
      core.work(options);
      return receiver;
    },
    close: ({ graceSeconds = GRACE_SECONDS }: { graceSeconds?: number } = {}) => core.close(graceSeconds),
  };
  if (core.isTransactional) refuseGuard(methods, "a transactional store");
  if (core.hasInbox) refuseGuard(methods, "an inbox");
  cores().set(receiver, core);
  return Object.defineProperties(receiver, Object.getOwnPropertyDescriptors(methods));
}

/** Some senders give every event one type. @throws {TypeError} For a handler of another type, which would never run. */
function refuseImpossibleType({ name, definition }: Sender<never>, pattern: string | readonly string[]): void {
  const { event } = definition;
  if (typeof event === "function" || event.type?.in !== "literal") return;
  const only = event.type.name;
  for (const one of [pattern].flat()) {
    if (typeof one !== "string" || one === "*" || one === only) continue;
    if (one.endsWith(".*") && only.startsWith(one.slice(0, -1))) continue;
    throw new TypeError(
      `receiver.on: ${JSON.stringify(one)} never arrives: every event of ${name} has the type ${JSON.stringify(only)}`,
    );
  }
}

/** For tools that look into receivers. */
const cores = /* @__PURE__ */ sharedWeakMap<object, ReceiverCore>("receivers");

/** What a receiver is made of; `undefined` of anything else. */
export function coreOf(receiver: unknown): ReceiverCore | undefined {
  return typeof receiver === "function" ? cores().get(receiver) : undefined;
}

/** Read where it is mounted, so that the mistake is found at the start and not by the first delivery. */
function refuseGuard(methods: object, what: string): void {
  Object.defineProperty(methods, "guard", {
    enumerable: false,
    get() {
      throw new TypeError(
        `receiver.guard cannot go with ${what}: a route outside of the receiver has no context.tx, and its answer neither commits nor waits for a worker. Register a handler with receiver.on, or give the receiver neither`,
      );
    },
  });
}
