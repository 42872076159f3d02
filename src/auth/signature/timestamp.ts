// Reads the signed time of a delivery, strictly as the sender writes it.

import { type Covers, type Refusal, refuse, type SignableRequest } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { isCovered } from "../../core/read-field.js";
import { REPEATED } from "../../lib/headers.js";
import { shown } from "../../lib/options.js";
import { formatTime, parseTime, type TimeFormat } from "../../lib/time.js";
import { PrivateFields, UNREADABLE } from "../request/unverified-fields.js";
import { writeField } from "../request/write-field.js";
import type { SignatureReading } from "./parsed-signature.js";
import type { SignatureParam } from "./signature.js";
import type { CompiledSigned } from "./signed-content.js";

const TIME_FORMATS: readonly TimeFormat[] = ["unix-seconds", "unix-milliseconds", "rfc3339"];

export interface CompiledTime {
  /** It is read from the body or query. */
  readonly readsFields: boolean;
  /** It is in the signed body only, so it is read after the signature has been verified. */
  readonly isReadLate: boolean;
  /** Writes the time into the reading. A refusal if it is missing or malformed. */
  read(delivery: Delivery, reading: SignatureReading, fields: PrivateFields | undefined): Refusal | undefined;
  /** Writes the time into a request that has none. */
  write(request: SignableRequest): SignableRequest;
}

/** @throws {TypeError} If the time is not signed, or the template has a time and `timestamp` is missing. */
export function compileTime(
  time: Field<"time"> | SignatureParam | undefined,
  signed: CompiledSigned,
  where: string,
): CompiledTime | undefined {
  if (time === undefined) {
    if (!signed.usesTimestamp) return undefined;
    throw new TypeError(
      `${where}: signed holds {timestamp}, so timestamp must say where it is, such as header("x-timestamp", "unix-seconds")`,
    );
  }
  if (time?.kind !== "time" || time.format === undefined || !TIME_FORMATS.includes(time.format)) {
    throw new TypeError(
      `${where}: timestamp must say how the time is written, one of ${TIME_FORMATS.join(", ")}, such as header("x-timestamp", "unix-seconds"); got ${shown(time?.format ?? time)}`,
    );
  }
  if (!signed.usesTimestamp && !isBound(time, signed)) {
    throw new TypeError(
      `${where}: the time in ${time.in} ${time.name} is not signed, so it says nothing about freshness; leave timestamp out`,
    );
  }
  const { format, name } = time;
  const place = time.in;
  const missing = refuse("unauthenticated", `the time in ${place} ${name} is missing`);
  const malformed = refuse("bad_credentials", `the time in ${place} ${name} is not ${describe(format)}`);
  const repeated = refuse("bad_credentials", `the time in ${place} ${name} was given more than once, or is not a text`);
  const isField = place !== "header" && place !== "param";

  return {
    readsFields: isField,
    isReadLate: isField && !signed.usesTimestamp && !signed.readsFields,
    read(delivery, reading, fields) {
      const text =
        place === "header"
          ? delivery.headers.once(name)
          : place === "param"
            ? reading.param(name)
            : (fields ?? new PrivateFields(delivery)).read(place, name);
      if (text === undefined) return missing;
      if (text === REPEATED || text === UNREADABLE) return repeated;
      const sentAtMs = parseTime(text, format);
      if (sentAtMs === undefined) return malformed;
      reading.timestamp = text;
      reading.sentAtMs = sentAtMs;
      return undefined;
    },
    write(request) {
      if (place === "param") return request;
      if (place === "header" && request.headers[name] !== undefined) return request;
      if (isField && hasField(request, place, name)) return request;
      const text = formatTime(request.timestampMs, format);
      return writeField(request, { in: place, name }, place === "json" && format !== "rfc3339" ? Number(text) : text);
    },
  };
}

/** What the signature covers, with the time of the template. */
export function coversWithTime(
  covers: Covers,
  time: Field<"time"> | SignatureParam | undefined,
  usesTimestamp: boolean,
): Covers {
  if (time === undefined || time.in === "param" || !usesTimestamp || isCovered(time, covers)) return covers;
  if (time.in === "header") return { ...covers, headers: [...covers.headers, time.name] };
  return time.in === "query" ? covers : { ...covers, fields: [...(covers.fields ?? []), time.name] };
}

function isBound(time: Field<"time"> | SignatureParam, signed: CompiledSigned): boolean {
  return time.in === "param" ? signed.params.includes(time.name) : isCovered(time, signed.covers);
}

function hasField(request: SignableRequest, place: Field["in"], name: string): boolean {
  const at = request.url.indexOf("?");
  const url = at < 0 ? "" : request.url.slice(at);
  const body = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength);
  const fields = new PrivateFields({ url, body });
  return fields.read(place, name) !== undefined;
}

function describe(format: TimeFormat): string {
  if (format === "rfc3339") return "RFC 3339";
  return `1 to 15 digits (${format})`;
}
