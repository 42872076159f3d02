// How is a sender's time read? As strictly as it is written: digits only, or RFC 3339.
import type { TimeFormat } from "../field.js";

const DIGITS = /^[0-9]{1,15}$/;
/** RFC 3339 section 5.6, upper or lower case, any number of fraction digits up to nanoseconds. */
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Milliseconds since the epoch, or `undefined` where the text is not exactly in that format. */
export function parseTime(text: string, format: TimeFormat): number | undefined {
  if (format === "rfc3339") return parseRfc3339(text);
  if (!DIGITS.test(text)) return undefined;
  const value = Number(text);
  if (format === "unix-milliseconds") return value;
  const ms = value * 1000;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** How the sender would write that moment. */
export function formatTime(ms: number, format: TimeFormat): string {
  if (format === "rfc3339") return new Date(ms).toISOString();
  return format === "unix-seconds" ? String(Math.floor(ms / 1000)) : String(Math.floor(ms));
}

function parseRfc3339(text: string): number | undefined {
  const match = text.length > 40 ? null : RFC_3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined;
  if (day < 1 || day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()) return undefined;
  const fractionMs = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000);
  const local = Date.UTC(year, month - 1, day, hour, minute, second) + fractionMs;
  if (match[8] === undefined) return local;
  const offsetHours = Number(match[9]);
  const offsetMinutes = Number(match[10]);
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * 60_000;
  return match[8] === "+" ? local - offsetMs : local + offsetMs;
}
