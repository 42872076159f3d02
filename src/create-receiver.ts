// The public receiver: the pipeline with its HTTP sides around it.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type DeliveryInput, toDelivery } from "./delivery.js";
import type { EventOf, Matching, Pattern, WebhookEvent } from "./event.js";
import type { Handler } from "./handlers.js";
import { answerFetch, type FetchOptions } from "./http/fetch.js";
import { guardedEvents, guardNode } from "./http/guard.js";
import { answerNode } from "./http/node.js";
import type { AnyReceiverOptions, ReceiverOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import { ReceiverCore } from "./receiver.js";
import type { Merge, Schemas } from "./schema.js";
import type { Sender } from "./sender.js";

type Next = (error?: unknown) => void;

/** How long `close` waits for running handlers, seconds. Orchestrators kill after 30. */
const GRACE_SECONDS = 25;

/**
 * Middleware that receives one sender's webhooks: `app.use("/webhooks/stripe", receiver)`. It reads the raw body itself,
 * always answers, never calls `next` and never throws.
 */
export interface Receiver<Types, Tx = never> {
  (req: IncomingMessage, res: ServerResponse, next?: Next): void;
  /**
   * Registers the handler for a type, several, everything below a prefix (`invoice.*`), or everything (`*`). One event
   * runs one handler: the most specific.
   *
   * @throws {TypeError} For a second handler of one pattern, and after the first delivery.
   */
  on<const P extends Pattern<Types>>(
    pattern: P | readonly P[],
    handler: Handler<EventOf<Types, Matching<Types, P>>, Tx>,
  ): this;
  /** Takes what no other handler takes; types nobody declared do arrive. Without it they are answered as success and ignored. */
  onUnhandled(handler: Handler<WebhookEvent, Tx>): this;
  /** The same pipeline on the Fetch API. Bound: pass it as it is. Never rejects. */
  readonly fetch: (request: Request, options?: FetchOptions) => Promise<Response>;
  /**
   * Middleware for a route of one's own: every check, then the claim, then `next()`. The route's answer settles the claim
   * when it calls `res.end`: 2xx completes, anything else releases. Work after the answer is work after completion.
   */
  readonly guard: (req: IncomingMessage, res: ServerResponse, next: Next) => void;
  /** The events that `guard` let through. @throws {TypeError} On any other request. */
  events(req: IncomingMessage): readonly EventOf<Types>[];
  /** The pipeline without HTTP. Never rejects. */
  readonly receive: (delivery: DeliveryInput) => Promise<Outcome>;
  /** New deliveries hear 503; running handlers are awaited for `graceSeconds` (default 25), then aborted and their claims released. */
  close(options?: { graceSeconds?: number }): Promise<void>;
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
export function createReceiver<Types, const S extends Schemas = {}, Tx = never>(
  sender: Sender<Types>,
  options: ReceiverOptions<S, Tx, EventOf<Merge<Types, S>>> = {},
): Receiver<Merge<Types, S>, Tx> {
  if (typeof sender?.definition?.auth?.verify !== "function") {
    throw new TypeError(
      "createReceiver(sender, options): sender must come from hookgate/senders, such as stripe({ secret }), or from defineSender",
    );
  }
  const core = new ReceiverCore(sender as unknown as Sender<never>, options as unknown as AnyReceiverOptions);

  function receiver(req: IncomingMessage, res: ServerResponse): void {
    void answerNode(core, req, res);
  }
  const methods = {
    on(pattern: string | readonly string[], handler: unknown) {
      core.handlers.add(pattern, handler);
      return receiver;
    },
    onUnhandled(handler: unknown) {
      core.handlers.setUnhandled(handler);
      return receiver;
    },
    fetch: (request: Request, fetchOptions: FetchOptions = {}) => answerFetch(core, request, fetchOptions),
    guard: function guard(req: IncomingMessage, res: ServerResponse, next: Next): void {
      void guardNode(core, req, res, next);
    },
    events: (req: IncomingMessage) => guardedEvents(req),
    receive: (delivery: DeliveryInput) => core.receive(toDelivery(delivery)),
    close: ({ graceSeconds = GRACE_SECONDS }: { graceSeconds?: number } = {}) => core.close(graceSeconds),
  };
  if (core.isTransactional) refuseGuard(methods);
  return Object.defineProperties(receiver, Object.getOwnPropertyDescriptors(methods)) as unknown as Receiver<
    Merge<Types, S>,
    Tx
  >;
}

/** Read where it is mounted, so that the mistake is found at the start and not by the first delivery. */
function refuseGuard(methods: object): void {
  Object.defineProperty(methods, "guard", {
    enumerable: false,
    get() {
      throw new TypeError(
        "receiver.guard cannot go with a transactional store: a route outside of the receiver has no context.tx, and its answer is no commit. Register a handler with receiver.on, or give the store without transactional",
      );
    },
  });
}
