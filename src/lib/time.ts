// Parses and formats senders' times: digits, or RFC 3339.

const MAX_DIGITS = 15;
const ZERO = 0x30;
/** RFC 3339 section 5.6, upper or lower case, any number of fraction digits up to nanoseconds. */
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Milliseconds since the epoch; `undefined` where the string is not exactly in that format. */
export function parseTime(text: string, format: TimeFormat): number | undefined {
  if (format === "rfc3339") return parseRfc3339(text);
  const value = parseDigits(text);
  if (value === undefined) return undefined;
  if (format === "unix-milliseconds") return value;
  const ms = value * 1000;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** 1 to 15 ASCII digits, hence a safe integer. */
function parseDigits(text: string): number | undefined {
  if (text.length === 0 || text.length > MAX_DIGITS) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** The time in the sender's format. */
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

/** The format of a sender's times. */
export type TimeFormat = "unix-seconds" | "unix-milliseconds" | "rfc3339";
