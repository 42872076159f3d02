// Is an option misspelt? Unknown ones are refused, with the nearest known name.
import { kindOf } from "./what-came.js";

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
