// What came instead of what was wanted? For messages to whoever builds a receiver.

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
