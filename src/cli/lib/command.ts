// Defines commands and parses their arguments with node:util, with near-miss suggestions.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { nearest } from "../../lib/nearest.js";
import type { Io } from "./io.js";
import type { Paint } from "./paint.js";
import { UsageError } from "./usage-error.js";

/** 0 no problem, 1 a problem was found, 2 a wrong command line. */
export type ExitCode = 0 | 1 | 2;

export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** Whether it may be given several times. */
  readonly isList?: boolean;
  /** The placeholder of its value in the help: `NAME`. */
  readonly value?: string;
  readonly help: string;
  /** What its values are, for the completion of shells. */
  readonly completes?: "sender" | "scenario" | "inbox-state";
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The text after the command's name: `<url> --sender NAME`. */
  readonly usage: string;
  readonly options: OptionSpecs;
  /** Names that the first argument may have, such as `list`, for the completion of shells. */
  readonly actions?: readonly string[];
  readonly examples: readonly string[];
  /** Paragraphs between the usage and the options. */
  readonly details?: readonly string[];
  run(given: Given, context: Context): Promise<ExitCode>;
}

export interface Context {
  readonly io: Io;
  readonly paint: Paint;
  readonly isJson: boolean;
}

/** The arguments of one call. */
export interface Given {
  readonly positionals: readonly string[];
  /** Names of the options that were given. */
  readonly names: readonly string[];
  text(name: string): string | undefined;
  /** @throws {UsageError} When it was not given. */
  required(name: string): string;
  list(name: string): readonly string[];
  isSet(name: string): boolean;
  /** @throws {UsageError} When it is not a number above 0. */
  number(name: string): number | undefined;
}

export const COMMON_OPTIONS: OptionSpecs = {
  json: { type: "boolean", help: "Write JSON instead of text." },
  "no-color": { type: "boolean", help: "Write no colours. NO_COLOR and output that is not a terminal do the same." },
  help: { type: "boolean", help: "Show this help." },
};

/** @throws {UsageError} For an unknown option and for an option without its value. */
export function readArguments(command: Command, args: readonly string[]): Given {
  const specs: OptionSpecs = { ...command.options, ...COMMON_OPTIONS };
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { type, isList }] of Object.entries(specs)) options[name] = { type, multiple: isList === true };
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw unknownOption(command, rawName, Object.keys(specs));
    if (spec.type === "boolean" && value !== undefined) throw new UsageError(`${rawName} takes no value`);
    // `--secret --json`: the next option is not the value of this one.
    if (spec.type === "string" && (value === undefined || (token.inlineValue === false && /^--\w/.test(value)))) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value ?? "VALUE"}`);
    }
    const earlier = values.get(name);
    if (earlier !== undefined && spec.type === "string" && spec.isList !== true) {
      throw new UsageError(`${rawName} is given twice`);
    }
    values.set(name, [...(earlier ?? []), value ?? ""]);
  }
  return givenOf(command, values, positionals);
}

function givenOf(command: Command, values: ReadonlyMap<string, string[]>, positionals: readonly string[]): Given {
  const text = (name: string): string | undefined => values.get(name)?.[0];
  return {
    positionals,
    names: [...values.keys()],
    text,
    required(name) {
      const value = text(name);
      if (value !== undefined) return value;
      throw new UsageError(`--${name} is missing: hookgate ${command.name} ${command.usage}`);
    },
    list: (name) => values.get(name) ?? [],
    isSet: (name) => values.has(name),
    number(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (value.trim() !== "" && Number.isFinite(number) && number > 0) return number;
      throw new UsageError(`--${name} must be a number above 0; got ${JSON.stringify(value)}`);
    },
  };
}

function unknownOption(command: Command, rawName: string, known: readonly string[]): UsageError {
  if (rawName === "--secret") {
    return new UsageError(
      "--secret would expose the secret in the process list and in the shell history. Use --secret-env NAME (the name of an environment variable) or --secret-file PATH",
    );
  }
  const near = nearest(rawName.replace(/^-+/, ""), known);
  const advice = near === undefined ? `see hookgate ${command.name} --help` : `did you mean --${near}?`;
  return new UsageError(`${command.name}: unknown option ${rawName}; ${advice}`);
}
