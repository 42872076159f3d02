// Public entry `hookgate/nest`: a NestJS module that mounts a receiver, and a decorator that makes methods its handlers.
import { HttpAdapterHost, ModulesContainer } from "@nestjs/core";
import { refuseUnknownKeys } from "../../lib/options.js";
import { type MountableReceiver, receiverPlugin } from "../fastify/index.js";
import { handlersOf } from "./find-handlers.js";
import { mark } from "./marks.js";

/** What the module needs of a receiver: any that `createReceiver` makes. */
export interface NestReceiver extends MountableReceiver {
  on(pattern: never, handler: never): unknown;
}

/** Options of `WebhookModule.register`. */
export interface WebhookModuleOptions {
  /** Where the receiver is mounted, whole: a global prefix does not apply. Such as `/webhooks/stripe` or `/webhooks/:tenant`. */
  readonly path: string;
  readonly receiver: NestReceiver;
  /** Which handlers are this receiver's, where an application has several: those of `@WebhookHandler(type, { receiver: name })`. */
  readonly name?: string;
}

/** Options of `@WebhookHandler`. */
export interface WebhookHandlerOptions {
  /** The `name` of the module whose receiver runs it. Default: that of the module without a name. */
  readonly receiver?: string;
}

/** Nest's `DynamicModule`, without an import of its types: Nest 12 is ES modules alone, which CommonJS code cannot import. */
export interface NestDynamicModule {
  module: new () => object;
  providers: { provide: string; inject: never[]; useFactory: (...given: never[]) => object }[];
}

const KNOWN: readonly string[] = ["path", "receiver", "name"];

/**
 * A NestJS module for one receiver, on Express or Fastify.
 *
 * Promise: the receiver is mounted before Nest's body parsers and reads the body itself; methods with `@WebhookHandler` of
 * every provider and controller are registered before the application listens; `app.close()` waits for running handlers, in
 * `onModuleDestroy`. Not promised: guards, pipes and interceptors, which do not see deliveries; and methods of
 * request-scoped providers, which have no instance.
 *
 * @example
 * import { WebhookModule } from "hookgate/nest";
 *
 * // In `imports` of a module; methods of its providers have `@WebhookHandler("invoice.paid")`.
 * export const payments = WebhookModule.register({ path: "/webhooks/stripe", receiver });
 */
export const WebhookModule: {
  /** @throws {TypeError} When the receiver is none, an option is unknown, or the path does not start with a slash. */
  register(options: WebhookModuleOptions): NestDynamicModule;
} = {
  register(options) {
    refuseUnknownKeys("WebhookModule.register", options, KNOWN);
    const { path, receiver, name } = options;
    if (typeof receiver !== "function" || typeof receiver.on !== "function") {
      throw new TypeError("WebhookModule.register: receiver must come from createReceiver");
    }
    if (typeof path !== "string" || !path.startsWith("/")) {
      throw new TypeError(`WebhookModule.register: path must start with a slash, such as "/webhooks/stripe"`);
    }
    // A class for each: Nest takes two modules of one class and alike options for one.
    class WebhookReceiverModule {}
    return {
      module: WebhookReceiverModule,
      providers: [
        {
          provide: WebhookReceiverModule.name,
          inject: [HttpAdapterHost, ModulesContainer] as never[],
          useFactory: (host: HttpAdapterHost, modules: ModulesContainer) => {
            mount(host, path, receiver);
            return {
              onModuleInit: () => register(receiver, modules, name),
              onModuleDestroy: () => receiver.close(),
            };
          },
        },
      ],
    };
  },
};

/**
 * Makes a method of a provider or controller the handler of a type, several, everything below a prefix (`invoice.*`) or
 * everything (`*`), as `receiver.on` does. It gets the event and the context.
 *
 * @throws {TypeError} When the application starts, where another handler has the pattern.
 */
export function WebhookHandler(
  pattern: string | readonly string[],
  options: WebhookHandlerOptions = {},
): WebhookMethodDecorator {
  refuseUnknownKeys("WebhookHandler", options, ["receiver"]);
  return function decorate(...given): void {
    // TypeScript's experimental decorators give the class, the name and the descriptor; standard ones the method first.
    const [first, , descriptor] = given;
    mark(descriptor === undefined ? first : (descriptor.value as object), { pattern, receiver: options.receiver });
  };
}

/** For both kinds of decorators. */
export type WebhookMethodDecorator = (
  ...given:
    | [target: object, name: string | symbol, descriptor: PropertyDescriptor]
    | [method: (...given: never[]) => unknown, context: object, descriptor?: undefined]
) => void;

/** There is no HTTP in an application that only works through an inbox. */
function mount({ httpAdapter }: HttpAdapterHost, path: string, receiver: NestReceiver): void {
  if (httpAdapter === undefined || httpAdapter === null) return;
  if (httpAdapter.getType() === "fastify") {
    const { register } = httpAdapter as unknown as { register: (plugin: unknown, options: object) => unknown };
    register.call(httpAdapter, receiverPlugin, { prefix: path, receiver, closeWithApp: false });
    return;
  }
  httpAdapter.use(path, receiver);
}

function register(receiver: NestReceiver, modules: ModulesContainer, name: string | undefined): void {
  for (const { instance, method, pattern } of handlersOf(modules, name)) {
    const handler = (event: never, context: never) => instance[method]?.(event, context);
    receiver.on(pattern as never, handler as never);
  }
}
