// Joins the values of members that a sender signs one after the other with nothing between.
import { memberOf } from "../../core/read-field.js";

/** The path of a member, and what its value looks like, whole. */
export type JoinedMember = readonly [path: string, pattern: RegExp];

/** Text of any kind on one line, which must be there. */
export const ANY: RegExp = /^[^\r\n]+$/;
export const DIGITS: RegExp = /^\d+$/;
export const DECIMAL: RegExp = /^-?\d+(?:\.\d+)?$/;
export const BOOLEAN: RegExp = /^(?:true|false)$/;

/**
 * Patterns keep letters from being moved from one value to the next under the same signature. Where two neighbours may hold
 * the same letters, they can be moved all the same: say so in the sender's facts.
 *
 * @param missing - What a member is that is missing or null.
 * @returns `undefined` where a value is none that the sender writes, or has no one text.
 */
export function joinMembers(
  payload: unknown,
  members: readonly JoinedMember[],
  missing: "refused" | "empty" = "refused",
): string | undefined {
  let joined = "";
  for (const [path, pattern] of members) {
    const value = memberOf(payload, path) ?? undefined;
    if (value === undefined && missing === "empty") continue;
    const text = textOf(value);
    if (text === undefined || !pattern.test(text)) return undefined;
    joined += text;
  }
  return joined;
}

/** Numbers as PHP and Python write them: plain decimals. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value !== "number" || (Number.isInteger(value) && !Number.isSafeInteger(value))) return undefined;
  const text = String(value);
  return text.includes("e") ? undefined : text;
}
