// What do all inboxes check of their options alike?

/** @throws {TypeError} Where it is no number above 0. */
export function positive(inbox: string, name: string, value: number): number {
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`${inbox}: ${name} must be a number above 0; got ${String(value)}`);
}
