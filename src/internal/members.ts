// Does an object of options hold what it should? Rules as data: what a member must be, and whether it is.
import { type OtherNames, refuseUnknownKeys } from "./known-keys.js";
import { kindOf, shown } from "./what-came.js";

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
