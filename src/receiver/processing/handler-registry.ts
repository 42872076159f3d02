// Finds the handler of an event: the most specific one.
import type { WebhookEvent } from "../../core/event.js";
import { kindOf, shown } from "../../lib/options.js";
import type { Context } from "./context.js";

/** Returns `unknown`, not `void | Promise<void>`: `(event) => db.insert(row)` must be a handler. Failing is throwing. */
export type Handler<Received, Tx = never> = HandlerWith<Received, Context<Tx>>;
/** A handler with the given event and context types. It may return anything; a promise is awaited. */
export type HandlerWith<Received, Ctx> = (event: Received, context: Ctx) => unknown;

/** What the registry keeps: patterns are checked when registered, so a handler gets what its pattern takes. */
export type AnyHandler = Handler<WebhookEvent, never>;

export class Handlers {
  readonly #exact = new Map<string, AnyHandler>();
  /** `invoice.` for `invoice.*`. */
  readonly #prefixes = new Map<string, AnyHandler>();
  #any: AnyHandler | undefined;
  #unhandled: AnyHandler | undefined;
  #isClosed = false;

  get isEmpty(): boolean {
    return this.#exact.size + this.#prefixes.size === 0 && this.#any === undefined && this.#unhandled === undefined;
  }

  /** Types that have a handler of their own. */
  get types(): readonly string[] {
    return [...this.#exact.keys()];
  }

  /** @throws {TypeError} On a malformed pattern, a second handler for one, or after the first delivery. */
  add(pattern: string | readonly string[], handler: unknown): void {
    const patterns = typeof pattern === "string" ? [pattern] : pattern;
    if (!Array.isArray(patterns) || patterns.length === 0) {
      throw new TypeError(
        `on(pattern, handler): pattern must be a type, "prefix.*", "*", or a non-empty list of them; got ${kindOf(pattern)}`,
      );
    }
    const checked = this.#check("on(pattern, handler)", handler);
    for (const one of patterns) this.#addOne(one, checked);
  }

  setUnhandled(handler: unknown): void {
    const checked = this.#check("onUnhandled(handler)", handler);
    if (this.#unhandled !== undefined)
      throw new TypeError("onUnhandled(handler): there is one already; one event runs one handler");
    this.#unhandled = checked;
  }

  /** The most specific handler: the exact type, the longest prefix, `*`, then what takes the rest. */
  find(type: string): AnyHandler | undefined {
    const exact = this.#exact.get(type);
    if (exact !== undefined) return exact;
    if (this.#prefixes.size > 0) {
      for (let end = type.lastIndexOf("."); end > 0; end = type.lastIndexOf(".", end - 1)) {
        const handler = this.#prefixes.get(type.slice(0, end + 1));
        if (handler !== undefined) return handler;
      }
    }
    return this.#any ?? this.#unhandled;
  }

  /** The first delivery is here: a handler registered later would miss events that came before it. */
  close(): void {
    this.#isClosed = true;
  }

  #addOne(pattern: string, handler: AnyHandler): void {
    if (typeof pattern !== "string" || pattern === "" || pattern.trim() !== pattern) {
      throw new TypeError(
        `on(pattern, handler): a pattern must be a non-empty text without white space around it; got ${shown(pattern)}`,
      );
    }
    if (pattern === "error") {
      throw new TypeError(
        'on("error"): a receiver is no event emitter; failures of handlers and stores go to the option onError',
      );
    }
    if (pattern === "*") {
      if (this.#any !== undefined) throw doubled(pattern);
      this.#any = handler;
      return;
    }
    const isPrefix = pattern.endsWith(".*");
    const key = isPrefix ? pattern.slice(0, -1) : pattern;
    if (key.includes("*") || key === ".") {
      throw new TypeError(
        `on("${pattern}"): a star stands alone or at the end after a dot ("invoice.*"), and means everything below`,
      );
    }
    const handlers = isPrefix ? this.#prefixes : this.#exact;
    if (handlers.has(key)) throw doubled(pattern);
    handlers.set(key, handler);
  }

  #check(where: string, handler: unknown): AnyHandler {
    if (typeof handler !== "function")
      throw new TypeError(`${where}: handler must be a function; got ${kindOf(handler)}`);
    if (this.#isClosed) {
      throw new TypeError(
        `${where}: registered after the first delivery; events that came before it would have been missed. Register all handlers before the receiver is mounted`,
      );
    }
    return handler as AnyHandler;
  }
}

function doubled(pattern: string): TypeError {
  return new TypeError(
    `on("${pattern}"): there is a handler for this pattern already; one event runs one handler. Call both from one handler, and use context.once for parts that must not repeat`,
  );
}
