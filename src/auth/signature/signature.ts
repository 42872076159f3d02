// Reads and writes the signatures of a delivery, without decoding them.

import { absent, type Refusal, refuse, type SignableRequest } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import type { REPEATED } from "../../lib/headers.js";
import {
  ANY_TEXT,
  CHECKED_LATER,
  checkOptions,
  choiceOf,
  kindOf,
  type OptionRules,
  required,
  shown,
} from "../../lib/options.js";
import type { TimeFormat } from "../../lib/time.js";
import { ENCODINGS, type SignatureEncoding } from "../request/encoding.js";
import type { PrivateFields, UNREADABLE } from "../request/unverified-fields.js";
import { writeField } from "../request/write-field.js";
import { SignatureReading } from "./parsed-signature.js";
import { type Form, formOf, type ListForm, type PairsForm } from "./signature-format.js";

/** How the signature is written. */
export interface SignatureWriting {
  readonly encoding: SignatureEncoding;
  /** Fixed text before a bare signature: `sha256=`. */
  readonly prefix?: string;
  /** Default `"bare"`: the signature alone. */
  readonly form?: "bare" | PairsForm | ListForm;
}

/** Where the signature is, and how it is written. */
export type SignatureOptions = SignatureWriting &
  (
    | {
        /** The header, or several headers that may each have a signature (Box, DocuSign). */
        readonly header: string | readonly string[];
        readonly at?: never;
      }
    | {
        /** In the body or the query: `json("signature.signature")`. */
        readonly at: Field<"text">;
        readonly header?: never;
      }
  );

/** A time inside the signature header, such as Stripe's `t`. */
export interface SignatureParam {
  readonly kind: "time";
  readonly in: "param";
  readonly name: string;
  readonly format: TimeFormat;
}

/**
 * A time inside the signature header: `param("t", "unix-seconds")`.
 *
 * @throws {TypeError} Without a name.
 */
export function param(name: string, format: TimeFormat): SignatureParam {
  if (typeof name !== "string" || name === "") {
    throw new TypeError(`param(name, format): name must be that of a parameter, such as "t"; got ${kindOf(name)}`);
  }
  return { kind: "time", in: "param", name, format };
}

export interface CompiledSignature {
  /** Header names, lower case. */
  readonly headers: readonly string[];
  /** The query parameter with the signature. */
  readonly query: string | undefined;
  readonly readsFields: boolean;
  read(delivery: Delivery, fields: PrivateFields | undefined): SignatureReading | Refusal;
  /** A reading with these parameters and no signature yet, for signing. */
  blank(params: ReadonlyMap<string, string>): SignatureReading;
  /** Whether every signature consists of the characters of its encoding. Checked if none has matched. */
  isWellFormed(reading: SignatureReading): boolean;
  write(request: SignableRequest, signature: string, params: ReadonlyMap<string, string>): SignableRequest;
}

/** Senders send two while rotating. The limit bounds the work of one delivery. With one header for each key it is the number of headers. */
const MAX_SIGNATURES = 10;
const RULES: OptionRules<SignatureOptions> = {
  header: CHECKED_LATER,
  at: CHECKED_LATER,
  encoding: /* @__PURE__ */ required(/* @__PURE__ */ choiceOf(ENCODINGS)),
  prefix: ANY_TEXT,
  form: CHECKED_LATER,
};
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * @param bytes - The length of a decoded signature; `undefined` where it varies.
 * @param params - Which parameters of the signature header are needed.
 * @throws {TypeError} When the description contradicts itself.
 */
export function compileSignature(
  options: SignatureOptions,
  bytes: number | undefined,
  params: readonly string[],
  where: string,
): CompiledSignature {
  checkOptions(`${where}: signature.`, options, RULES);
  const place = placeOf(options, where);
  const form = formOf(options, params, where);
  const { lengthOf, alphabet } = ENCODINGS[options.encoding];
  const length = bytes === undefined ? undefined : lengthOf(bytes);
  return {
    headers: place.headers,
    query: place.field?.in === "query" ? place.field.name : undefined,
    readsFields: place.field !== undefined,
    read: signatureReader(place, form, params, length),
    blank(values) {
      const reading = new SignatureReading(params);
      params.forEach((name, at) => {
        const value = values.get(name);
        if (value === undefined) throw new TypeError(`${where}: cannot sign: nothing says what "${name}" is`);
        reading.setParam(at, value);
      });
      return reading;
    },
    isWellFormed: (reading) =>
      alphabet.test(reading.first) && (reading.more?.every((text) => alphabet.test(text)) ?? true),
    write(request, signature, values) {
      const text = form.format(signature, values);
      if (place.field !== undefined) return writeField(request, place.field, text);
      return { ...request, headers: { ...request.headers, [place.headers[0] as string]: text } };
    },
  };
}

type PlaceValue = string | undefined | typeof REPEATED | typeof UNREADABLE;

/** @param length - How many characters a signature has; `undefined` where that varies. */
function signatureReader(
  place: Place,
  form: Form,
  params: readonly string[],
  length: number | undefined,
): CompiledSignature["read"] {
  const label = place.headers[0] ?? `${place.field?.in} value ${place.field?.name}`;
  const missing = absent(`no signature: ${label} is not there; is the secret set at the sender?`);
  const unreadable = refuse("bad_credentials", `the signature ${label} was given more than once, or is not a text`);
  const malformed = refuse(
    "bad_credentials",
    `the signature in ${label} is malformed: empty, cut off, or otherwise written`,
  );
  const unknown = absent(`${label} holds no signature of the kind that was asked for (${form.label})`);
  const maxSignatures = Math.max(MAX_SIGNATURES, place.headers.length);

  function take(reading: SignatureReading, text: string): boolean {
    if (length === undefined ? text === "" : text.length !== length) return false;
    if (reading.first === "") {
      reading.first = text;
      return true;
    }
    reading.more ??= [];
    return reading.more.push(text) < maxSignatures;
  }

  function parse(reading: SignatureReading, value: PlaceValue): Refusal | undefined {
    if (value === undefined) return undefined;
    if (typeof value === "symbol") return unreadable;
    return form.parse(value, reading, take) ? undefined : malformed;
  }

  return function readSignature(delivery, fields) {
    const reading = new SignatureReading(params);
    let isThere = false;
    if (place.field !== undefined) {
      const value = fields?.read(place.field.in, place.field.name);
      isThere = value !== undefined;
      const wrong = parse(reading, value);
      if (wrong !== undefined) return wrong;
    }
    for (const name of place.headers) {
      const value = form.hasCommas ? delivery.headers.onceList(name) : delivery.headers.once(name);
      if (value === undefined) continue;
      isThere = true;
      const wrong = parse(reading, value);
      if (wrong !== undefined) return wrong;
    }
    if (!isThere) return missing;
    if (reading.first === "") return unknown;
    return reading.hasAllParams() ? reading : malformed;
  };
}

interface Place {
  readonly headers: readonly string[];
  readonly field: Field<"text"> | undefined;
}

function placeOf(options: SignatureOptions, where: string): Place {
  if (options.at !== undefined) {
    if (options.header !== undefined) throw new TypeError(`${where}: signature has either header or at, not both`);
    if (!["header", "json", "form", "query"].includes(options.at?.in)) {
      throw new TypeError(
        `${where}: signature.at must be header(…), json(…), form(…) or query(…); got ${shown(options.at)}`,
      );
    }
    if (options.at.in === "header") return { headers: [options.at.name], field: undefined };
    return { headers: [], field: options.at };
  }
  const names = typeof options.header === "string" ? [options.header] : (options.header ?? []);
  const areNames = Array.isArray(names) && names.every((name) => typeof name === "string" && HEADER_NAME.test(name));
  if (!areNames || names.length === 0) {
    const came = options.header === undefined ? "neither header nor at" : shown(options.header);
    throw new TypeError(
      `${where}: signature.header must be a header name, or a list of them, such as "x-signature"; got ${came}`,
    );
  }
  return { headers: names.map((name) => name.toLowerCase()), field: undefined };
}
