// Validates the event fields of a sender's definition.
import type { Field } from "../core/field.js";
import { isObject, isText, kindOf, type OtherNames, refuseUnknownKeys } from "../lib/options.js";
import type { TimeFormat } from "../lib/time.js";
import type { EventRow } from "./sender.js";

const KINDS: Readonly<Record<keyof EventRow, "text" | "time" | "path" | "literal" | "flag">> = {
  id: "text",
  type: "text",
  defaultType: "literal",
  timestamp: "time",
  attempt: "text",
  each: "path",
  needsId: "flag",
};
const OTHER_NAMES: OtherNames = {
  name: "type",
  event: "type",
  createdAt: "timestamp",
  retry: "attempt",
  items: "each",
  batch: "each",
};
const PLACES: ReadonlySet<unknown> = /* @__PURE__ */ new Set<Field["in"]>([
  "header",
  "json",
  "form",
  "query",
  "literal",
  "dotted",
]);
const TIME_FORMATS: readonly TimeFormat[] = ["unix-seconds", "unix-milliseconds", "rfc3339"];

/** @throws {TypeError} When a property is unknown, is not a field, or is a field of the wrong kind. */
export function checkRow(where: string, row: EventRow): void {
  refuseUnknownKeys(where, row, Object.keys(KINDS), OTHER_NAMES);
  for (const [member, kind] of Object.entries(KINDS)) {
    const value = row[member as keyof EventRow];
    if (value === undefined && member !== "type") continue;
    const wrong = PROBLEMS[kind](value, member);
    if (wrong !== undefined) throw new TypeError(`${where}.${member} ${wrong}`);
  }
}

const PROBLEMS: Readonly<
  Record<"text" | "time" | "path" | "literal" | "flag", (value: unknown, member: string) => string | undefined>
> = {
  text: textProblem,
  time: timeProblem,
  path: (value) =>
    typeof value === "string"
      ? undefined
      : `must be the path of the array of events, a text such as "items", or "" where the payload is the array; got ${kindOf(value)}`,
  flag: (value) => (value === true ? undefined : `must be true or left out; got ${kindOf(value)}`),
  literal: (value) => (isText(value) ? undefined : `must be the type itself, a text; got ${kindOf(value)}`),
};

function textProblem(value: unknown, member: string): string | undefined {
  if (!isField(value)) return notAPlace(value, member, "");
  if (value.kind !== "text") return `is a time; leave out its format: ${value.in}(${JSON.stringify(value.name)})`;
  if (value.in !== "dotted") return isText(value.name) ? undefined : "has an empty name";
  const parts = value.parts ?? [];
  if (parts.length === 0) return 'has no parts; name them: dotted(json("a"), json("b"))';
  for (const [at, part] of parts.entries()) {
    const wrong = textProblem(part, member);
    if (wrong !== undefined) return `is joined of parts, and part ${at + 1} ${wrong}`;
  }
  return undefined;
}

function timeProblem(value: unknown, member: string): string | undefined {
  if (!isField(value)) return notAPlace(value, member, ', "unix-seconds"');
  if (value.kind === "time" && TIME_FORMATS.includes(value.format as TimeFormat)) return undefined;
  const formats = TIME_FORMATS.map((format) => JSON.stringify(format)).join(", ");
  return `must say how the time is written, one of ${formats}: ${value.in}(${JSON.stringify(value.name)}, "unix-seconds")`;
}

function isField(value: unknown): value is Field {
  return isObject(value) && "kind" in value && "in" in value && PLACES.has(value.in);
}

function notAPlace(value: unknown, member: string, format: string): string {
  if (!isText(value)) {
    return `must say where the ${member} is, such as json("${member}"${format}) or header("x-${member}"${format}); got ${kindOf(value)}`;
  }
  const name = JSON.stringify(value);
  const itself = format === "" ? `, or literal(${name}) for the text itself` : "";
  return `must say where the ${member} is, and ${name} is a text: write json(${name}${format}) or header(${name}${format})${itself}`;
}
