// Checks size, encoding and type in the headers, before a byte of the body is read.
import { type CompiledFormats, compileFormats, formatFor, isBodiless } from "../../body-formats/content-type.js";
import type { BodyFormats } from "../../body-formats/format.js";
import type { Delivery } from "../../core/delivery.js";
import type { Rejection } from "../../core/outcome.js";
import { passed } from "../../core/trace.js";
import type { HeaderLines } from "../../lib/headers.js";
import type { Check, DeliveryContext } from "./check.js";

const PASSED = /* @__PURE__ */ passed("content-headers");
export interface DeclaredLimits {
  readonly formats: BodyFormats;
  /** The largest body, in bytes; a body of just that size is read. */
  readonly maxBodyBytes: number;
}

/**
 * Refuses a body that is too large, compressed, or of another type than the sender's, by what its headers say.
 * Counting the bytes as they come remains the reader's task.
 */
export function contentHeadersCheck(limits: DeclaredLimits): Check {
  const formats = compileFormats(limits.formats);
  const { maxBodyBytes } = limits;
  return function contentHeaders(ctx: DeliveryContext): Rejection | undefined {
    const { delivery } = ctx;
    return conclude(
      ctx,
      encodingEnding(delivery.headers) ?? typeEnding(formats, delivery) ?? sizeEnding(delivery, maxBodyBytes),
    );
  };
}

/**
 * The same where the bytes were read upstream and are in the delivery already. They are inflated then, while
 * Content-Encoding and Content-Length still describe the compressed ones: the type counts, and the size as it is.
 */
export function alreadyReadCheck(limits: DeclaredLimits): Check {
  const formats = compileFormats(limits.formats);
  const { maxBodyBytes } = limits;
  return function alreadyRead(ctx: DeliveryContext): Rejection | undefined {
    const { delivery } = ctx;
    const isTooLarge = delivery.body.length > maxBodyBytes;
    return conclude(ctx, typeEnding(formats, delivery) ?? (isTooLarge ? tooLarge(maxBodyBytes) : undefined));
  };
}

/** Refuses a type that the sender does not send, or that comes twice. Methods without a body are not checked. */
export function typeEnding(formats: CompiledFormats, delivery: Delivery): Rejection | undefined {
  if (isBodiless(delivery.method) || formatFor(formats, delivery.headers) !== undefined) return undefined;
  const contentType = delivery.headers.once("content-type");
  const got = typeof contentType === "string" ? JSON.stringify(contentType.slice(0, 80)) : "given more than once";
  return {
    name: "unsupported_media_type",
    hint: `Content-Type must be one of ${formats.names}, in UTF-8 where it is text, and is ${got}`,
  };
}

/** We inflate nothing: a few KB can become gigabytes, and signatures are over other bytes at every other sender. */
export function encodingEnding(headers: HeaderLines): Rejection | undefined {
  const encoding = headers.get("content-encoding");
  if (encoding === undefined || encoding.toLowerCase() === "identity") return undefined;
  return {
    name: "unsupported_media_type",
    hint: "Content-Encoding must be absent or identity: switch compression off at the sender, or inflate upstream and keep the bytes with captureRawBody",
  };
}

/** What is declared, or what is here already where the delivery did not come by HTTP. */
function sizeEnding(delivery: Delivery, maxBodyBytes: number): Rejection | undefined {
  const length = delivery.headers.once("content-length");
  const isTooLarge =
    delivery.body.length > maxBodyBytes || (typeof length === "string" && Number(length) > maxBodyBytes);
  return isTooLarge ? tooLarge(maxBodyBytes) : undefined;
}

/** What Content-Length says, where it came once and is a number. */
export function declaredLength(headers: HeaderLines): number | undefined {
  const length = headers.once("content-length");
  return typeof length === "string" && /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined;
}

export function tooLarge(maxBodyBytes: number): Rejection {
  return { name: "body_too_large", hint: `the body is larger than maxBodyBytes, ${maxBodyBytes}` };
}

function conclude(ctx: DeliveryContext, rejection: Rejection | undefined): Rejection | undefined {
  ctx.trace.add(
    rejection === undefined
      ? PASSED
      : { check: "content-headers", result: "refused", hint: rejection.hint ?? rejection.name },
  );
  return rejection;
}
