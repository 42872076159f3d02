// Calls `onOutcome`, `onError` and `logger`; without them, writes a line for each cause.

import type { WebhookError } from "../core/errors.js";
import type { Outcome } from "../core/outcome.js";
import { OUTCOMES } from "../core/outcomes.js";
import { plainText } from "../lib/plain-text.js";
import { type Level, outcomeLine, sentences } from "./format-outcome.js";

/**
 * The part of a pino-like logger that is used: facts first, then the message. One with `info`, as pino and `console` are,
 * gets a line of every outcome and of every failure; one without gets a line for each kind of refusal and failure, once.
 */
export interface Logger {
  info?(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface ReceiverLoggerOptions {
  /** The receiver's name, for lines. */
  readonly name: string;
  readonly logger: Logger | undefined;
  readonly onOutcome: ((outcome: Outcome) => unknown) | undefined;
  readonly onError: ((error: WebhookError) => unknown) | undefined;
}

/** Distinct causes remembered; beyond it nothing more is said, for a log must not be filled from outside. */
const MAX_CAUSES = 1_000;
const LATER_OUTCOMES = "Later ones of this kind are not written; see onOutcome";
const LATER_ERRORS = "Later ones of this kind are not written; see onError";

export class ReceiverLogger {
  readonly #options: ReceiverLoggerOptions;
  readonly #told = new Set<string>();
  /** Errors that have a line of their own. */
  readonly #written = new WeakSet<object>();

  constructor(options: ReceiverLoggerOptions) {
    this.#options = options;
  }

  /** Something about how the receiver is built or mounted. Said once. */
  warn(message: string): void {
    this.#once(message, () => this.#say("warn", { receiver: this.#options.name }, message));
  }

  error(error: WebhookError): void {
    const { onError, name } = this.#options;
    if (onError !== undefined) {
      this.#call("onError", () => onError(error));
      return;
    }
    const cause = error.cause instanceof Error ? `: ${error.cause.name}: ${error.cause.message}` : "";
    if (this.#writesAll) {
      this.#written.add(error);
      this.#say("error", { receiver: name, code: error.code, err: error }, `${error.code}: ${error.message}${cause}`);
      return;
    }
    this.#once(`error ${error.code}`, () => {
      this.#say(
        "error",
        { receiver: name, code: error.code, err: error },
        sentences([`${error.code}: ${error.message}${cause}`, LATER_ERRORS]),
      );
    });
  }

  outcome(outcome: Outcome): void {
    const { onOutcome, name } = this.#options;
    if (onOutcome !== undefined) this.#call("onOutcome", () => onOutcome(outcome));
    if (this.#writesAll) {
      const { error } = outcome;
      const isKnown = typeof error === "object" && error !== null && this.#written.has(error);
      const { level, details, message } = outcomeLine(name, outcome, isKnown);
      this.#say(level, details, message);
      return;
    }
    if (onOutcome !== undefined) return;
    if (outcome.reply.status < 400) return;
    // `misconfigured` differs by its hint, the others by their name.
    const cause = outcome.name === "misconfigured" ? `misconfigured ${outcome.hint}` : `outcome ${outcome.name}`;
    this.#once(cause, () => {
      const { meaning, fix } = OUTCOMES[outcome.name];
      const what = outcome.via === "delivery" ? `answered ${outcome.reply.status}` : `an event from ${outcome.via}:`;
      const parts = [`${what} ${outcome.name}: ${outcome.hint ?? meaning}`, fix, LATER_OUTCOMES];
      const details = {
        receiver: name,
        outcome: outcome.name,
        status: outcome.reply.status,
        path: outcome.path,
        clientAddress: outcome.clientAddress,
      };
      this.#say("warn", details, sentences(parts));
    });
  }

  #once(cause: string, say: () => void): void {
    if (this.#told.has(cause) || this.#told.size >= MAX_CAUSES) return;
    this.#told.add(cause);
    say();
  }

  /** Whether there is a logger that takes a line of everything. */
  get #writesAll(): boolean {
    return this.#options.logger?.info !== undefined;
  }

  #say(level: Level, details: object, message: string): void {
    const { logger, name } = this.#options;
    if (logger !== undefined) {
      this.#call("logger", () => logger[level]?.(details, message));
      return;
    }
    process.stderr.write(`hookgate [${name}] ${plainText(message)}\n`);
  }

  /** What the operator's own function throws must not change what the sender hears. */
  #call(what: string, call: () => unknown): void {
    const complain = (thrown: unknown): void => {
      process.stderr.write(`hookgate [${this.#options.name}] ${what} threw: ${plainText(String(thrown))}\n`);
    };
    try {
      const returned = call();
      if (returned instanceof Promise) returned.catch(complain);
    } catch (thrown) {
      complain(thrown);
    }
  }
}
