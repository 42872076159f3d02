// The way of a Fastify request: to the receiver as it came, past the app's parsers and none of them changed.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CHECKED_LATER, checkOptions, FLAG, type OptionRules } from "../../lib/options.js";

/** What the plugin needs of a receiver: any that `createReceiver` makes. */
export interface MountableReceiver {
  (req: IncomingMessage, res: ServerResponse): void;
  close(options?: { graceSeconds?: number }): Promise<void>;
}

/** Options of `receiverPlugin`. */
export interface ReceiverPluginOptions {
  readonly receiver: MountableReceiver;
  /** Fastify's own: where the receiver is mounted; route parameters may be in it. */
  readonly prefix?: string;
  /** Whether `app.close()` waits for running handlers, as `receiver.close()` does. Default true; false where another app has the receiver too. */
  readonly closeWithApp?: boolean;
}

/** Fastify puts its own members beside ours. */
type PluginOptions = ReceiverPluginOptions & { readonly logLevel?: unknown; readonly logSerializers?: unknown };
const RULES: OptionRules<PluginOptions> = {
  receiver: CHECKED_LATER,
  closeWithApp: FLAG,
  prefix: CHECKED_LATER,
  logLevel: CHECKED_LATER,
  logSerializers: CHECKED_LATER,
};

/** What upstream of us may have added to a request. */
type Raw = IncomingMessage & { params?: unknown; rawBody?: unknown };

/**
 * A Fastify plugin that mounts a receiver at its `prefix`, for every method: the receiver answers those that are not the
 * sender's.
 *
 * Promise: the receiver reads the body itself, within its own limits. Content type parsers of the app are neither used nor
 * changed: this plugin's context has its own, which reads nothing. `onRequest`, `preHandler` and `onResponse` hooks of the
 * app run as they do for any route; `onSend` hooks do not, since the receiver writes the answer.
 * Not promised: anything behind a hook that reads the stream of the body, except where it keeps the bytes in
 * `request.rawBody`, as fastify-raw-body does.
 *
 * The client's address is that of the socket; behind a proxy set the receiver's `trustedProxies`, whatever the app's
 * `trustProxy` is.
 *
 * @param app - Given by `register`.
 * @param options.receiver - From `createReceiver`.
 * @param options.prefix - The path, such as `/webhooks/stripe` or `/webhooks/:tenant`, which secret functions see as `params.tenant`.
 * @throws {TypeError} When registered without a receiver, or with an option it does not know.
 * @example
 * import Fastify from "fastify";
 * import { receiverPlugin } from "hookgate/fastify";
 *
 * const app = Fastify();
 * app.register(receiverPlugin, { prefix: "/webhooks/stripe", receiver });
 */
export async function receiverPlugin(app: FastifyInstance, options: ReceiverPluginOptions): Promise<void> {
  checkOptions<PluginOptions>("receiverPlugin", options, RULES);
  const { receiver, closeWithApp = true } = options;
  if (typeof receiver !== "function" || typeof receiver.close !== "function") {
    throw new TypeError(
      "receiverPlugin: receiver must come from createReceiver, as in app.register(receiverPlugin, { prefix, receiver })",
    );
  }
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", function leaveBody(_request, _payload, done) {
    done(null, undefined);
  });
  app.route({ method: app.supportedMethods, url: "/", exposeHeadRoute: false, handler: handOver });
  if (closeWithApp) app.addHook("onClose", () => receiver.close());

  function handOver(request: FastifyRequest, reply: FastifyReply): void {
    const raw: Raw = request.raw;
    raw.params = request.params;
    const { rawBody } = request as { readonly rawBody?: unknown };
    if (rawBody !== undefined) raw.rawBody ??= rawBody;
    // What `app.inject` makes in tests is no IncomingMessage, cannot be cut off, and does not say so.
    raw.complete ??= true;
    reply.hijack();
    receiver(raw, reply.raw);
  }
}
