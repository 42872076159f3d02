// Checks options against tables of rules, and says in errors what an option must be and what came.
import { nearest } from "./nearest.js";

/** The kind of a value, without the value: a value in the wrong place is often a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (value === "") return "an empty string";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The value where it is short and cannot be a secret; otherwise its kind. */
export function shown(value: unknown): string {
  if (typeof value === "string" && value !== "") return JSON.stringify(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

/** What one option must be. */
export interface OptionRule {
  /** For the message, after "must": `be true or false`. */
  readonly must: string;
  readonly fits: (value: unknown) => boolean;
  readonly isRequired?: true;
  /** A secret could stand here by mistake, so messages name the kind of the value only. */
  readonly isPrivate?: true;
}

/** The names of all options, of every alternative where the type has several. */
type OptionName<Options> = Options extends unknown ? keyof Options & string : never;

/** One rule for each option. */
export type OptionRules<Options> = Readonly<Record<OptionName<Options>, OptionRule>>;

/**
 * Checks options against a table of rules. Options that are `undefined` count as left out.
 *
 * @param where - Whose options they are, for messages: `hmac`, or with a dot for those inside of one: `hmac: key.`.
 * @throws {TypeError} When an option is unknown, missing, or not what its rule says.
 */
export function checkOptions<Options extends object>(
  where: string,
  options: Options,
  rules: OptionRules<Options>,
  otherNames: OtherNames = {},
): void {
  const isInside = where.endsWith(".");
  refuseUnknownKeys(isInside ? where.slice(0, -1) : where, options, Object.keys(rules), otherNames);
  for (const [name, { must, fits, isRequired, isPrivate }] of Object.entries<OptionRule>(rules)) {
    const value = options[name as keyof Options];
    if (value === undefined ? !isRequired : fits(value)) continue;
    throw new TypeError(
      `${isInside ? where : `${where}: `}${name} must ${must}; got ${isPrivate ? kindOf(value) : shown(value)}`,
    );
  }
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** An object that is neither `null` nor an array. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isListOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

/** An option that is checked where it is compiled, with messages of its own. */
export const CHECKED_LATER: OptionRule = { must: "", fits: () => true };
export const FUNCTION: OptionRule = { must: "be a function", fits: (value) => typeof value === "function" };
export const FLAG: OptionRule = { must: "be true or false", fits: (value) => typeof value === "boolean" };
export const ANY_TEXT: OptionRule = { must: "be a string", fits: (value) => typeof value === "string" };
export const TEXT: OptionRule = { must: "be a non-empty string", fits: isText };
export const SECONDS: OptionRule = {
  must: "be a number of seconds, 0 or more",
  fits: (value) => Number.isFinite(value) && (value as number) >= 0,
};

/** The same rule for an option that must be given. */
export function required(rule: OptionRule): OptionRule {
  return { ...rule, isRequired: true };
}

/** One of the names, or of the keys of a table. */
export function choiceOf(known: readonly string[] | object): OptionRule {
  const names: readonly unknown[] = Array.isArray(known) ? known : Object.keys(known);
  return {
    must: `be one of ${names.map((name) => JSON.stringify(name)).join(", ")}`,
    fits: (value) => names.includes(value),
  };
}

/** @param what - For the message, with its unit: `whole seconds`. */
export function wholeNumber(
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
  what: string = "a whole number",
): OptionRule {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  return {
    must: `be ${what}, ${range}`,
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** Node's timers fire immediately beyond 2^31-1 ms. */
const MAX_TIMER_SECONDS = 2_147_483;

/** A number of seconds within the limits, both included. */
export function secondsFrom(least: number, most: number = MAX_TIMER_SECONDS): OptionRule {
  return {
    must: `be a number of seconds from ${least} to ${most}`,
    fits: (value) => typeof value === "number" && value >= least && value <= most,
  };
}

export function seconds(option: string, value: number, least: number, most?: number): number {
  return fitting(option, value, secondsFrom(least, most));
}

export function count(option: string, value: number): number {
  return fitting(option, value, wholeNumber(1));
}

export function flag(option: string, value: boolean): boolean {
  return fitting(option, value, FLAG);
}

export function oneOf<T extends string>(option: string, value: T, known: readonly T[]): T {
  return fitting(option, value, choiceOf(known));
}

function fitting<Value>(option: string, value: Value, { must, fits }: OptionRule): Value {
  if (fits(value)) return value;
  throw wrong(option, must.slice("be ".length), value);
}

export function optional(option: string, value: unknown, type: "string" | "boolean" | "function"): void {
  if (value !== undefined && typeof value !== type) throw wrong(option, `a ${type}`, value);
}

/** @param option - The option's name, after the name of its function (`receiver.work: concurrency`) unless that is `createReceiver`. */
export function wrong(option: string, must: string, came: unknown): TypeError {
  const shown =
    typeof came === "string"
      ? JSON.stringify(came)
      : typeof came === "object" && came !== null
        ? "an object"
        : String(came);
  const named = option.startsWith("receiver.") ? option : `createReceiver: ${option}`;
  return new TypeError(`${named} must be ${must}; got ${shown}`);
}

/** Names that other libraries use, with hookgate's name, or with a sentence that says what to use instead. */
export type OtherNames = Readonly<Record<string, string>>;

/** @throws {TypeError} When `given` is not an object, or has a property that is not in `known`. */
export function refuseUnknownKeys(
  where: string,
  given: unknown,
  known: readonly string[],
  otherNames: OtherNames = {},
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(`${where}: options must be an object, { ${known.join(", ")} }; got ${kindOf(given)}`);
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key))
      throw new TypeError(`${where}: unknown option "${key}"; ${adviceOn(key, known, otherNames)}`);
  }
}

function adviceOn(key: string, known: readonly string[], otherNames: OtherNames): string {
  const other = Object.hasOwn(otherNames, key) ? otherNames[key] : undefined;
  if (other !== undefined && !known.includes(other)) return other;
  const near = other ?? nearest(key, known);
  return near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
}
