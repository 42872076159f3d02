// Writes a log line to pino, winston, console or standard error, in the form that each of them takes.
import { plainText } from "../lib/plain-text.js";
import { errorFields } from "./log-error.js";

/**
 * A logger: pino (or one with the same methods), winston, or `console`. One with `info` gets a line of every outcome and
 * every failure. One without gets a line for each cause, and a summary of repeats at most once a minute.
 */
export interface Logger {
  info?(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export type Level = "info" | "warn" | "error";

/** The fields of a line. `err` is an error as it was thrown. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields that the text of a line already contains. */
const IN_TEXT: ReadonlySet<string> = /* @__PURE__ */ new Set(["receiver", "outcome", "status", "code"]);

/** Writes one line. Throws what the logger throws. */
export function writeLine(
  logger: Logger | undefined,
  name: string,
  level: Level,
  fields: Fields,
  message: string,
): unknown {
  if (logger === undefined) {
    process.stderr.write(`hookgate [${name}] ${asText(fields, message)}\n`);
    return undefined;
  }
  const style = styleOf(logger, level);
  // A console would write an object over many lines.
  if (style === "console") return (logger[level] as unknown as (line: string) => unknown)(asText(fields, message));
  if (style === "winston")
    return (logger[level] as unknown as (message: string, fields: object) => unknown).call(
      logger,
      message,
      withPlainError(fields),
    );
  return logger[level]?.(fields, message);
}

function styleOf(logger: Logger, level: Level): "pino" | "winston" | "console" {
  const known = logger as unknown as Partial<Record<string, unknown>>;
  const isConsole = known.table !== undefined && known.group !== undefined;
  if (isConsole || logger[level] === (console as Logger)[level]) return "console";
  const isWinston = typeof known.log === "function" && "transports" in known;
  return isWinston ? "winston" : "pino";
}

/** The message and its fields as JSON, on one line. */
function asText(fields: Fields, message: string): string {
  const rest = Object.fromEntries(Object.entries(withPlainError(fields)).filter(([name]) => !IN_TEXT.has(name)));
  return plainText(Object.keys(rest).length === 0 ? message : `${message} ${JSON.stringify(rest)}`);
}

function withPlainError(fields: Fields): Fields {
  return fields.err === undefined ? fields : { ...fields, err: errorFields(fields.err) };
}
