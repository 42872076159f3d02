// Checks one option: a mistake is a TypeError that names the option, says what it must be and what came.

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
