// Fastify plugin that passes a request to the receiver unparsed, without changing the app's parsers.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CHECKED_LATER, checkOptions, FLAG, type OptionRules } from "../../lib/options.js";

/** The part of a receiver that the plugin uses. */
export interface MountableReceiver {
  (req: IncomingMessage, res: ServerResponse): void;
  close(options?: { graceSeconds?: number }): Promise<void>;
}

/** Options of `receiverPlugin`. */
export interface ReceiverPluginOptions {
  readonly receiver: MountableReceiver;
  /** The path of the receiver (an option of Fastify). It may have route parameters. */
  readonly prefix?: string;
  /** Whether `app.close()` also calls `receiver.close()`, which waits for running handlers. Default true. Use false when another app shares the receiver. */
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

/** Properties that earlier hooks may have added to a request. */
type Raw = IncomingMessage & { params?: unknown; rawBody?: unknown };

/**
 * A Fastify plugin that mounts a receiver at its `prefix` for every method. The receiver answers 405 to methods that the
 * sender does not use.
 *
 * Promise: the receiver reads the body itself, within its limits. Content type parsers of the app are neither used nor
 * changed: the plugin's context has its own parser, which reads nothing. `onRequest`, `preHandler` and `onResponse` hooks of the
 * app run as they do for any route; `onSend` hooks do not, since the receiver writes the answer.
 * Not promised: verification behind a hook that reads the body stream, unless the hook stores the bytes in
 * `request.rawBody`, as fastify-raw-body does.
 *
 * The client's address is that of the socket. Behind a proxy set the receiver's `trustedProxies`; the app's
 * `trustProxy` has no effect.
 *
 * @param app - Passed by `register`.
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
    // The request of `app.inject` in tests is not an IncomingMessage and cannot be aborted.
    raw.complete ??= true;
    reply.hijack();
    receiver(raw, reply.raw);
  }
}
