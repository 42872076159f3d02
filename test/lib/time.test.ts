// Timestamps in the formats that senders use.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTime, parseTime, type TimeFormat } from "../../src/lib/time.js";

const FORMATS: readonly TimeFormat[] = ["unix-seconds", "unix-milliseconds", "rfc3339"];

describe("parseTime accepts", () => {
  it.each<[string, string, TimeFormat, number]>([
    ["seconds", "1700000000", "unix-seconds", 1_700_000_000_000],
    ["zero", "0", "unix-seconds", 0],
    ["leading zeros", "0001", "unix-seconds", 1_000],
    ["milliseconds", "1700000000123", "unix-milliseconds", 1_700_000_000_123],
    ["15 digits of milliseconds", "999999999999999", "unix-milliseconds", 999_999_999_999_999],
    ["UTC", "2023-11-14T22:13:20Z", "rfc3339", 1_700_000_000_000],
    ["lower-case t and z", "2023-11-14t22:13:20z", "rfc3339", 1_700_000_000_000],
    ["a fraction", "2023-11-14T22:13:20.5Z", "rfc3339", 1_700_000_000_500],
    ["nanoseconds, cut to milliseconds", "2023-11-14T22:13:20.123999999Z", "rfc3339", 1_700_000_000_123],
    ["an offset to the east", "2023-11-15T00:13:20+02:00", "rfc3339", 1_700_000_000_000],
    ["an offset to the west", "2023-11-14T16:43:20-05:30", "rfc3339", 1_700_000_000_000],
    ["an offset of zero, unknown included", "2023-11-14T22:13:20-00:00", "rfc3339", 1_700_000_000_000],
    ["a leap day", "2024-02-29T00:00:00Z", "rfc3339", Date.UTC(2024, 1, 29)],
    ["a leap day of a century that has one", "2000-02-29T00:00:00Z", "rfc3339", Date.UTC(2000, 1, 29)],
    ["a leap second, as the next second", "2016-12-31T23:59:60Z", "rfc3339", Date.UTC(2017, 0, 1)],
    ["the last second of a year", "2023-12-31T23:59:59Z", "rfc3339", Date.UTC(2023, 11, 31, 23, 59, 59)],
  ])("%s", (_name, text, format, ms) => {
    expect(parseTime(text, format)).toBe(ms);
  });
});

describe("parseTime rejects", () => {
  it.each([
    "",
    " ",
    "1700000000 ",
    " 1700000000",
    "+1700000000",
    "-1",
    "1e9",
    "1.5",
    "0x10",
    "1_000",
    "1,700",
    "١٢٣",
    "NaN",
    "Infinity",
    "1234567890123456",
  ])("%j as seconds and as milliseconds", (text) => {
    expect(parseTime(text, "unix-seconds")).toBeUndefined();
    expect(parseTime(text, "unix-milliseconds")).toBeUndefined();
  });

  it("seconds whose milliseconds are no safe integer", () => {
    expect(parseTime("9007199254740", "unix-seconds")).toBe(9_007_199_254_740_000);
    expect(parseTime("9007199254741", "unix-seconds")).toBeUndefined();
  });

  it.each([
    ["no offset", "2023-11-14T22:13:20"],
    ["a space for the T", "2023-11-14 22:13:20Z"],
    ["a date alone", "2023-11-14"],
    ["no seconds", "2023-11-14T22:13Z"],
    ["month 0", "2023-00-14T22:13:20Z"],
    ["month 13", "2023-13-14T22:13:20Z"],
    ["day 0", "2023-11-00T22:13:20Z"],
    ["31 November", "2023-11-31T22:13:20Z"],
    ["29 February of a common year", "2023-02-29T00:00:00Z"],
    ["29 February of a century that has none", "2100-02-29T00:00:00Z"],
    ["hour 24", "2023-11-14T24:00:00Z"],
    ["minute 60", "2023-11-14T22:60:20Z"],
    ["second 61", "2023-11-14T22:13:61Z"],
    ["an offset hour of 24", "2023-11-14T22:13:20+24:00"],
    ["an offset minute of 60", "2023-11-14T22:13:20+01:60"],
    ["an offset without a colon", "2023-11-14T22:13:20+0100"],
    ["a dot without a fraction", "2023-11-14T22:13:20.Z"],
    ["ten digits of fraction", "2023-11-14T22:13:20.1234567890Z"],
    ["two digits of year", "23-11-14T22:13:20Z"],
    ["something before", " 2023-11-14T22:13:20Z"],
    ["something after", "2023-11-14T22:13:20Z\n"],
    ["digits", "1700000000"],
    ["a very long text", `2023-11-14T22:13:20.${"1".repeat(100_000)}Z`],
  ])("RFC 3339 with %s", (_name, text) => {
    expect(parseTime(text, "rfc3339")).toBeUndefined();
  });
});

describe("formatTime", () => {
  it.each<[TimeFormat, string]>([
    ["unix-seconds", "1700000000"],
    ["unix-milliseconds", "1700000000123"],
    ["rfc3339", "2023-11-14T22:13:20.123Z"],
  ])("writes %s", (format, text) => {
    expect(formatTime(1_700_000_000_123, format)).toBe(text);
  });

  it("writes what parseTime reads back", () => {
    const anySecond = fc.integer({ min: 0, max: 253_402_300_799 });
    fc.assert(
      fc.property(anySecond, fc.constantFrom(...FORMATS), (seconds, format) => {
        expect(parseTime(formatTime(seconds * 1000, format), format)).toBe(seconds * 1000);
      }),
    );
  });
});
