// Writes and parses durations.
import { UsageError } from "./usage-error.js";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws {UsageError} For anything but `30s`, `5m`, `1h`, `250ms`, `2d`; a bare number is seconds. */
export function durationMs(option: string, text: string): number {
  const [, digits = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const ms = digits === "" ? 0 : Number(digits) * (UNIT_MS[unit] as number);
  if (ms > 0) return ms;
  throw new UsageError(`--${option} must be a duration such as 30s, 5m or 1h; got ${JSON.stringify(text)}`);
}

const LARGEST_FIRST: readonly (readonly [number, string])[] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** Uses the largest unit that gives a whole number: `3 days`, `75 minutes`. */
export function durationText(seconds: number): string {
  const [size, name] = LARGEST_FIRST.find(([unit]) => seconds % unit === 0) ?? [1, "second"];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
