// Parses the verified body into the payload, in the format of its Content-Type.
import { compileFormats, formatFor, isBodiless } from "../../body-formats/content-type.js";
import type { BodyFormat, BodyFormats, CustomFormat } from "../../body-formats/format.js";
import type { Delivery } from "../../core/delivery.js";
import type { Rejection } from "../../core/outcome.js";
import { passed } from "../../core/trace.js";
import { onlyField, parseFormBody } from "../../lib/form.js";
import { decodeUtf8, type Parsed, parseJson, parseJsonText } from "../../lib/json.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import type { Check, DeliveryContext } from "./check.js";

const PASSED = /* @__PURE__ */ passed("parse");
const NOTHING: Parsed<undefined> = { ok: true, value: undefined };
const JSON_AS_FORM: Parsed<never> = /* @__PURE__ */ failed("the body is JSON, and its Content-Type is that of a form");

/**
 * Sets the payload: a JSON value, an object of form fields, a text, or the body's own bytes. A GET, HEAD or OPTIONS
 * without a body has no payload; any other empty body is parsed in its format, and no JSON is empty.
 */
export function parseBodyCheck(bodyFormats: BodyFormats): Check {
  const read = payloadReader(bodyFormats);
  return function parse(ctx: DeliveryContext): MaybePromise<Rejection | undefined> {
    const parsed = read(ctx.delivery);
    if (!isPromise(parsed)) return accept(ctx, parsed);
    return parsed.then(
      (settled) => accept(ctx, settled),
      (cause: unknown) => refuse(ctx, "misconfigured", cause instanceof Error ? cause.message : String(cause)),
    );
  };
}

/** The sender's own way from a body to a payload: of a delivery, or of a body that was kept. */
export function payloadReader(bodyFormats: BodyFormats): (delivery: Delivery) => MaybePromise<Parsed<unknown>> {
  const formats = compileFormats(bodyFormats);
  return function readPayload(delivery) {
    if (delivery.body.length === 0 && isBodiless(delivery.method)) return NOTHING;
    const format = formatFor(formats, delivery.headers);
    // Only a GET with a body gets here with a type that the sender does not send.
    if (format === undefined) return failed(`Content-Type must be one of ${formats.names}`);
    if (typeof format === "object" && "parse" in format) return format.parse(delivery);
    // JSON whose texts hold "&" reads as a form of whatever its author likes, and the Content-Type is hardly ever signed.
    if (formats.hasJson && isForm(format) && isJsonObject(delivery.body)) return JSON_AS_FORM;
    return read(format, delivery.body);
  };
}

function isForm(format: BodyFormat): boolean {
  return format === "form" || typeof format === "object";
}

function isJsonObject(body: Buffer): boolean {
  return body[0] === 0x7b || body[0] === 0x5b;
}

function accept(ctx: DeliveryContext, parsed: Parsed<unknown>): Rejection | undefined {
  if (!parsed.ok) return refuse(ctx, "bad_payload", parsed.hint);
  ctx.payload = parsed.value;
  ctx.trace.add(PASSED);
  return undefined;
}

function refuse(ctx: DeliveryContext, name: "bad_payload" | "misconfigured", hint: string): Rejection {
  ctx.trace.add({ check: "parse", result: "refused", hint });
  return { name, hint };
}

function read(format: Exclude<BodyFormat, CustomFormat>, body: Buffer): Parsed<unknown> {
  if (format === "json") return parseJson(body);
  if (format === "bytes") return { ok: true, value: body };
  if (format === "text") {
    const text = decodeUtf8(body);
    return text === undefined ? failed("the body is not valid UTF-8") : { ok: true, value: text };
  }
  const form = parseFormBody(body);
  if (format === "form" || !form.ok) return form;
  const json = onlyField(form, format.jsonInForm);
  if (typeof json === "string") return parseJsonText(json);
  if (json === undefined && format.isOptional === true) return form;
  const found = json === undefined ? "is not there" : "is there more than once";
  return failed(`the form field "${format.jsonInForm}", which holds the JSON, ${found}`);
}

function failed(hint: string): Parsed<never> {
  return { ok: false, hint };
}
