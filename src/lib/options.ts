// Checks options, and describes in errors what came and what was wanted.

/** The kind of a value, without its text: what is given in a wrong place is often a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (value === "") return "an empty string";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The value itself where it is short and no secret could stand there; else its kind. */
export function shown(value: unknown): string {
  if (typeof value === "string" && value !== "") return JSON.stringify(value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

export interface Rule {
  /** What it must do or be, for the message: `be true or false`. */
  readonly must: string;
  readonly fits: (value: unknown) => boolean;
  readonly isRequired?: true;
  /** A secret could have been put here by mistake, so messages name the kind of what came only. */
  readonly isPrivate?: true;
}

/** One rule for each member of a type. */
export type Rules<Described> = Readonly<Record<keyof Described & string, Rule>>;

/** @throws {TypeError} That names the member, says what it must be and what came. Members that are `undefined` are left out. */
export function checkMembers<Described extends object>(
  where: string,
  given: Described,
  rules: Rules<Described>,
  otherNames: OtherNames = {},
): void {
  refuseUnknownKeys(where, given, Object.keys(rules), otherNames);
  for (const [member, { must, fits, isRequired, isPrivate }] of Object.entries<Rule>(rules)) {
    const value = given[member as keyof Described];
    if (fits(value) || (value === undefined && !isRequired)) continue;
    throw new TypeError(`${where}: ${member} must ${must}; got ${isPrivate ? kindOf(value) : shown(value)}`);
  }
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Neither `null` nor a list. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isListOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

export const FUNCTION: Rule = { must: "be a function", fits: (value) => typeof value === "function" };
export const FLAG: Rule = { must: "be true or false", fits: (value) => typeof value === "boolean" };
export const ANY_TEXT: Rule = { must: "be a text", fits: (value) => typeof value === "string" };
export const SECONDS: Rule = {
  must: "be a number of seconds, 0 or more",
  fits: (value) => Number.isFinite(value) && (value as number) >= 0,
};

/** Node's timers fire at once beyond 2^31-1 ms. */
const MAX_TIMER_SECONDS = 2_147_483;

export function seconds(option: string, value: unknown, least: number, most: number = MAX_TIMER_SECONDS): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < least || value > most) {
    throw wrong(option, `a number of seconds from ${least} to ${most}`, value);
  }
  return value;
}

export function count(option: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw wrong(option, "a whole number, 1 or more", value);
  return value as number;
}

export function flag(option: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrong(option, "true or false", value);
  return value;
}

export function oneOf<T extends string>(option: string, value: T, known: readonly T[]): T {
  if (!known.includes(value))
    throw wrong(option, `one of ${known.map((one) => JSON.stringify(one)).join(", ")}`, value);
  return value;
}

export function optional(option: string, value: unknown, type: "string" | "boolean" | "function"): void {
  if (value !== undefined && typeof value !== type) throw wrong(option, `a ${type}`, value);
}

/** @param option - Its name, with the function it was given to in front (`receiver.work: concurrency`) unless that is `createReceiver`. */
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

/** Names that other libraries use, to ours, or to a sentence that says where such a thing goes. */
export type OtherNames = Readonly<Record<string, string>>;

/** @throws {TypeError} When `given` is no object, or has a member that is not in `known`. */
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

/** The known name within three edits, or the one that contains or is contained in the given one. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(4, Math.ceil(name.length / 2) + 1);
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const isWithin = lower.length >= 4 && (other.startsWith(lower) || lower.startsWith(other));
    const distance = isWithin ? 1 : editDistance(lower, other);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
