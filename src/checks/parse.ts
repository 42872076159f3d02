// What does a genuine body hold? Bytes become the payload, in the format that its Content-Type says.
import { type CompiledFormats, compileFormats, formatFor, isBodiless } from "../body-formats.js";
import type { Delivery } from "../delivery.js";
import { parseForm } from "../internal/form.js";
import { decodeUtf8, type Parsed, parseJson, parseJsonText } from "../internal/json.js";
import type { Ending } from "../outcome.js";
import type { Passage, Step } from "../passage.js";
import type { BodyFormat, BodyFormats } from "../sender.js";
import { passed } from "../trace.js";

const PASSED = passed("parse");
const NOTHING: Parsed<undefined> = { ok: true, value: undefined };

/**
 * Sets the payload: a JSON value, an object of form fields, a text, or the body's own bytes. A GET, HEAD or OPTIONS
 * without a body has no payload; anything else that is empty is judged by its format, and no JSON is empty.
 */
export function parseStep(bodyFormats: BodyFormats): Step {
  const read = payloadReader(bodyFormats);
  return function parse(passage: Passage): Ending | undefined {
    const parsed = read(passage.delivery);
    if (parsed.ok) {
      passage.payload = parsed.value;
      passage.trace.add(PASSED);
      return undefined;
    }
    passage.trace.add({ check: "parse", verdict: "refused", hint: parsed.hint });
    return { name: "bad_payload", hint: parsed.hint };
  };
}

/** The sender's own way from a body to a payload: of a delivery, or of a body that was kept. */
export function payloadReader(bodyFormats: BodyFormats): (delivery: Delivery) => Parsed<unknown> {
  const formats = compileFormats(bodyFormats);
  return (delivery) => payloadOf(formats, delivery);
}

function payloadOf(formats: CompiledFormats, delivery: Delivery): Parsed<unknown> {
  if (delivery.body.length === 0 && isBodiless(delivery.method)) return NOTHING;
  const format = formatFor(formats, delivery.headers);
  // Only a GET with a body gets here with a type that nobody asked for.
  if (format === undefined) return failed(`Content-Type must be one of ${formats.names}`);
  return read(format, delivery.body);
}

function read(format: BodyFormat, body: Buffer): Parsed<unknown> {
  if (format === "json") return parseJson(body);
  if (format === "bytes") return { ok: true, value: body };
  const text = decodeUtf8(body);
  if (text === undefined) return failed("the body is not valid UTF-8");
  if (format === "text") return { ok: true, value: text };
  const form = parseForm(text);
  if (format === "form" || !form.ok) return form;
  const json = form.value[format.jsonInForm];
  if (typeof json === "string") return parseJsonText(json);
  if (json === undefined && format.isOptional === true) return form;
  const found = json === undefined ? "is not there" : "is there more than once";
  return failed(`the form field "${format.jsonInForm}", which holds the JSON, ${found}`);
}

function failed(hint: string): Parsed<never> {
  return { ok: false, hint };
}
