// Parses `--since`: a moment, or a duration before now.
import { parseTime } from "../../lib/time.js";
import { durationMs } from "./duration.js";
import { UsageError } from "./usage-error.js";

/** @throws {UsageError} For anything else, and for a moment in the future. A bare number is refused: 24 could be hours or days. */
export function sinceMs(text: string, nowMs: number): number {
  const wanted =
    "--since must be a time, such as 2026-11-24T08:00:00Z, or a duration before now, such as 24h, 90m or 7d";
  const atMs = parseTime(text, "rfc3339");
  if (atMs !== undefined && atMs <= nowMs) return atMs;
  if (atMs !== undefined)
    throw new UsageError(`--since is in the future: ${text}; the clock of this machine says ${shown(nowMs)}`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text))
    throw new UsageError(`${wanted}; a date alone has no time zone: write ${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}[Tt ][\d:.]+$/.test(text))
    throw new UsageError(
      `${wanted}; RFC 3339 needs seconds and a time zone: ${text.slice(0, 10)}T${text.slice(11)}${/:.*:/.test(text) ? "" : ":00"}Z, or +09:00`,
    );
  if (!/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(text)) throw new UsageError(`${wanted}; got ${JSON.stringify(text)}`);
  return Math.max(0, nowMs - durationMs("since", text));
}

export function shown(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, "Z");
}
