// Calls `onOutcome` and `onError`, and writes the receiver's log lines.

import type { WebhookError } from "../core/errors.js";
import type { Outcome } from "../core/outcome.js";
import { plainText } from "../lib/plain-text.js";
import { outcomeLine, rejectionLine } from "./format-outcome.js";
import { LogCauses, type Repeats, withoutValues } from "./log-causes.js";
import { errorText, placeOf } from "./log-error.js";
import { type Fields, type Level, type Logger, writeLine } from "./log-output.js";

export type { Logger } from "./log-output.js";

export interface ReceiverLoggerOptions {
  /** The receiver's name, for lines. */
  readonly name: string;
  readonly logger: Logger | undefined;
  readonly onOutcome: ((outcome: Outcome) => unknown) | undefined;
  readonly onError: ((error: WebhookError) => unknown) | undefined;
}

/** Warnings are remembered, so that each is written once. */
const MAX_WARNINGS = 1_000;

export class ReceiverLogger {
  readonly #options: ReceiverLoggerOptions;
  readonly #causes = new LogCauses();
  readonly #warned = new Set<string>();
  /** Errors that have a line of their own. */
  readonly #written = new WeakSet<object>();

  constructor(options: ReceiverLoggerOptions) {
    this.#options = options;
  }

  /** Writes a warning about how the receiver is built or mounted, once. */
  warn(message: string): void {
    if (this.#warned.has(message) || this.#warned.size >= MAX_WARNINGS) return;
    this.#warned.add(message);
    this.#write("warn", { receiver: this.#options.name }, message);
  }

  error(error: WebhookError): void {
    const { onError, name } = this.#options;
    if (onError !== undefined) {
      this.#call("onError", () => onError(error));
      return;
    }
    this.#written.add(error);
    const cause = error.cause === undefined ? "" : `: ${errorText(error.cause)}`;
    const message = `${error.code}: ${error.message}${cause}`;
    const fields = { receiver: name, code: error.code, err: error };
    const write = (repeats?: Repeats): void =>
      this.#write("error", { ...fields, ...repeats }, counted(message, repeats));
    // A dead event needs someone to act on it, so each has a line.
    if (this.#writesAll || error.code === "event_dead") write();
    else this.#causes.add(`error ${error.code}`, `${withoutValues(error.message)} ${placeOf(error)}`, write);
  }

  outcome(outcome: Outcome): void {
    const { onOutcome, name } = this.#options;
    if (onOutcome !== undefined) this.#call("onOutcome", () => onOutcome(outcome));
    if (!this.#writesAll && (onOutcome !== undefined || outcome.reply.status < 400)) return;
    const { error } = outcome;
    const isWritten = typeof error === "object" && error !== null && this.#written.has(error);
    if (this.#writesAll) {
      const { level, fields, message } = outcomeLine(name, outcome, isWritten);
      this.#write(level, fields, message);
      return;
    }
    if (isWritten) return;
    const { group, reason, fields, message } = rejectionLine(name, outcome);
    const write = (repeats?: Repeats): void =>
      this.#write("warn", { ...fields, ...repeats }, counted(message, repeats));
    this.#causes.add(group, withoutValues(reason), write);
  }

  /** Writes what has been counted. Called when the receiver closes. */
  close(): void {
    this.#causes.flush();
  }

  /** Whether the logger gets a line of every outcome. */
  get #writesAll(): boolean {
    return this.#options.logger?.info !== undefined;
  }

  #write(level: Level, fields: Fields, message: string): void {
    const { logger, name } = this.#options;
    this.#call("logger", () => writeLine(logger, name, level, fields, message));
  }

  /** An exception of the application's function must not change the reply. */
  #call(what: string, call: () => unknown): void {
    const complain = (thrown: unknown): void => {
      process.stderr.write(`hookgate [${this.#options.name}] ${what} threw: ${plainText(errorText(thrown))}\n`);
    };
    try {
      const returned = call();
      if (returned instanceof Promise) returned.catch(complain);
    } catch (thrown) {
      complain(thrown);
    }
  }
}

/** The latest occurrence, with the number of occurrences since the last line. */
function counted(message: string, repeats: Repeats | undefined): string {
  if (repeats === undefined) return message;
  return `${repeats.count} more in the last ${repeats.seconds} s, the latest: ${message}`;
}
