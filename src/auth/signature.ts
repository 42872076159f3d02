// Where in a delivery are its signatures, and how are they written? Reads them without decoding, and writes them.
import type { Delivery } from "../delivery.js";
import type { Field, TimeFormat } from "../field.js";
import type { REPEATED } from "../internal/headers.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { absent, type Refusal, refuse, type SignableRequest } from "./auth.js";
import { ENCODINGS, type SignatureEncoding } from "./encoding.js";
import type { PrivateFields, UNREADABLE } from "./private-fields.js";
import { writeField } from "./write-field.js";

/** Name-value pairs, such as Stripe's `t=1700000000,v1=5861…`. A name that nobody asked for is skipped. */
export interface PairsForm {
  /** The name of the signature; it may be there several times. */
  readonly pairs: string;
  /** Between pairs. Default `,`. Paddle has `;`, WorkOS a comma and a space. */
  readonly separator?: string;
  /** Between name and value. Default `=`. */
  readonly equals?: string;
  /** Between groups of pairs, where a rotating sender repeats all of them (Persona: a space). */
  readonly groups?: string;
}

/** A list, such as Standard Webhooks' `v1,<base64> v1,<base64>`. An item with another version is skipped. */
export interface ListForm {
  /** What each signature starts with: `v1,`, `v1=`, `v1:`; `""` where it has no version. */
  readonly list: string;
  readonly separator: string;
  /** The first item is this parameter instead of a signature (Recurly: the time). */
  readonly leading?: string;
}

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
        /** The header, or several of which any may hold a signature (Box, DocuSign). */
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

/** A time inside the signature header: `param("t", "unix-seconds")`. */
export function param(name: string, format: TimeFormat): SignatureParam {
  return { kind: "time", in: "param", name, format };
}

/** What was found. Nothing is compared yet. One is made per delivery, so it is kept small. */
export class SignatureReading {
  readonly ok = true;
  first = "";
  more: string[] | undefined = undefined;
  /** The time as the sender wrote it, and what it means; set once it has been read. */
  timestamp = "";
  sentAtMs: number | undefined = undefined;
  readonly #names: readonly string[];
  /** The values of the parameters, in the order of their names. */
  values: string[] | undefined = undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  param(name: string): string | undefined {
    return this.values?.[this.#names.indexOf(name)];
  }

  setParam(at: number, value: string): void {
    this.values ??= [];
    this.values[at] = value;
  }

  hasAllParams(): boolean {
    for (let at = 0; at < this.#names.length; at++) if (this.values?.[at] === undefined) return false;
    return true;
  }
}

export interface CompiledSignature {
  /** Header names, lower case. */
  readonly headers: readonly string[];
  /** The query parameter it is in. */
  readonly query: string | undefined;
  readonly readsFields: boolean;
  read(delivery: Delivery, fields: PrivateFields | undefined): SignatureReading | Refusal;
  /** A reading with these parameters and no signature yet, for signing. */
  blank(params: ReadonlyMap<string, string>): SignatureReading;
  /** Whether every signature is made of its alphabet; asked once none has matched. */
  isWellFormed(reading: SignatureReading): boolean;
  write(request: SignableRequest, signature: string, params: ReadonlyMap<string, string>): SignableRequest;
}

/** Two while rotating; ten leaves room, and bounds the work one delivery causes. */
const MAX_SIGNATURES = 10;
const OPTION_NAMES: readonly string[] = ["header", "at", "encoding", "prefix", "form"];
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * @param options - The vendor's words.
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
  refuseUnknownKeys(`${where}: signature`, options, OPTION_NAMES);
  if (!Object.hasOwn(ENCODINGS, options.encoding)) {
    throw new TypeError(`${where}: signature.encoding must be one of ${Object.keys(ENCODINGS).join(", ")}`);
  }
  const place = placeOf(options, where);
  const form = formOf(options, params, where);
  const { lengthOf, alphabet } = ENCODINGS[options.encoding];
  const length = bytes === undefined ? undefined : lengthOf(bytes);
  const label = place.headers[0] ?? `${place.field?.in} value ${place.field?.name}`;

  const missing = absent(`no signature: ${label} is not there; is the secret set at the sender?`);
  const unreadable = refuse("bad_credentials", `the signature ${label} was given more than once, or is not a text`);
  const malformed = refuse(
    "bad_credentials",
    `the signature in ${label} is malformed: empty, cut off, or otherwise written`,
  );
  const unknown = absent(`${label} holds no signature of the kind that was asked for (${form.label})`);

  function take(reading: SignatureReading, text: string): boolean {
    if (length === undefined ? text === "" : text.length !== length) return false;
    if (reading.first === "") {
      reading.first = text;
      return true;
    }
    reading.more ??= [];
    return reading.more.push(text) < MAX_SIGNATURES;
  }

  function parse(reading: SignatureReading, value: PlaceValue): Refusal | undefined {
    if (value === undefined) return undefined;
    if (typeof value === "symbol") return unreadable;
    return form.parse(value, reading, take) ? undefined : malformed;
  }

  type PlaceValue = string | undefined | typeof REPEATED | typeof UNREADABLE;

  function read(delivery: Delivery, fields: PrivateFields | undefined): SignatureReading | Refusal {
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
  }

  return {
    headers: place.headers,
    query: place.field?.in === "query" ? place.field.name : undefined,
    readsFields: place.field !== undefined,
    read,
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

interface Place {
  readonly headers: readonly string[];
  readonly field: Field<"text"> | undefined;
}

function placeOf(options: SignatureOptions, where: string): Place {
  if (options.at !== undefined) {
    if (options.header !== undefined) throw new TypeError(`${where}: signature has either header or at, not both`);
    if (!["header", "json", "form", "query"].includes(options.at.in)) {
      throw new TypeError(`${where}: signature.at must be header(…), json(…), form(…) or query(…)`);
    }
    if (options.at.in === "header") return { headers: [options.at.name], field: undefined };
    return { headers: [], field: options.at };
  }
  const names = typeof options.header === "string" ? [options.header] : (options.header ?? []);
  if (names.length === 0 || !names.every((name) => HEADER_NAME.test(name))) {
    throw new TypeError(`${where}: signature.header must be a header name, or a list of them`);
  }
  return { headers: names.map((name) => name.toLowerCase()), field: undefined };
}

type Take = (reading: SignatureReading, text: string) => boolean;

interface Form {
  readonly label: string;
  /** Commas belong to it; otherwise a comma on a joining transport means the header came twice. */
  readonly hasCommas: boolean;
  /** `false`: malformed. */
  parse(value: string, reading: SignatureReading, take: Take): boolean;
  format(signature: string, params: ReadonlyMap<string, string>): string;
}

function formOf(options: SignatureOptions, params: readonly string[], where: string): Form {
  const { form = "bare", prefix = "" } = options;
  if (form === "bare") {
    if (params.length > 0) {
      throw new TypeError(`${where}: "${params[0]}" is a parameter of the signature, but a bare signature has none`);
    }
    return bareForm(prefix);
  }
  if (prefix !== "") throw new TypeError(`${where}: signature.prefix is for a bare signature only`);
  if ("pairs" in form) {
    refuseUnknownKeys(`${where}: signature.form`, form, ["pairs", "separator", "equals", "groups"]);
    return pairsForm(form, params, where);
  }
  refuseUnknownKeys(`${where}: signature.form`, form, ["list", "separator", "leading"]);
  const stray = params.find((name) => name !== form.leading);
  if (stray !== undefined) throw new TypeError(`${where}: "${stray}" is no parameter of this list; see form.leading`);
  return listForm(form, where);
}

function bareForm(prefix: string): Form {
  return {
    label: prefix === "" ? "bare" : prefix,
    hasCommas: false,
    parse(value, reading, take) {
      if (value.startsWith(prefix)) return take(reading, prefix === "" ? value : value.slice(prefix.length));
      return isOtherVersion(value, prefix.at(-1) as string);
    },
    format: (signature) => prefix + signature,
  };
}

function listForm(form: ListForm, where: string): Form {
  const { list: prefix, separator, leading } = form;
  if (!separator) throw new TypeError(`${where}: signature.form.separator must say what is between signatures`);
  return {
    label: prefix === "" ? "list" : prefix,
    hasCommas: separator.includes(",") || prefix.includes(","),
    parse(value, reading, take) {
      let at = 0;
      if (leading !== undefined) {
        const end = value.indexOf(separator);
        if (end < 0) return false;
        reading.setParam(0, value.slice(0, end));
        at = end + separator.length;
      }
      for (;;) {
        const end = value.indexOf(separator, at);
        const stop = end < 0 ? value.length : end;
        if (value.startsWith(prefix, at)) {
          if (!take(reading, value.slice(at + prefix.length, stop))) return false;
        } else if (!isOtherVersion(value.slice(at, stop), prefix.at(-1) as string)) return false;
        if (end < 0) return true;
        at = end + separator.length;
      }
    },
    format(signature, params) {
      const first = leading === undefined ? "" : `${params.get(leading) ?? ""}${separator}`;
      return first + prefix + signature;
    },
  };
}

function pairsForm(form: PairsForm, params: readonly string[], where: string): Form {
  const { pairs: name, separator = ",", equals = "=", groups } = form;
  if (!name || !separator || !equals) {
    throw new TypeError(`${where}: signature.form needs a name in pairs, and non-empty separator and equals`);
  }
  const start = name + equals;
  const starts = params.map((one) => one + equals);
  return {
    label: start,
    hasCommas: separator.includes(","),
    parse(given, reading, take) {
      const value = groups === undefined ? given : given.replaceAll(groups, separator);
      for (let at = 0; ; ) {
        const end = value.indexOf(separator, at);
        const stop = end < 0 ? value.length : end;
        if (value.startsWith(start, at)) {
          if (!take(reading, value.slice(at + start.length, stop))) return false;
        } else {
          const param = indexOfStart(starts, value, at);
          if (param < 0) {
            if (!isOtherVersion(value.slice(at, stop), equals)) return false;
          } else if (!setOnce(reading, param, value.slice(at + (starts[param] as string).length, stop))) return false;
        }
        if (end < 0) return true;
        at = end + separator.length;
      }
    },
    format(signature, values) {
      const items = params.map((one) => `${one}${equals}${values.get(one) ?? ""}`);
      return [...items, start + signature].join(separator);
    },
  };

  /** Twice is an attack (parsers differ in which one they take), except where every group repeats it alike. */
  function setOnce(reading: SignatureReading, at: number, value: string): boolean {
    const before = reading.param(params[at] as string);
    if (before !== undefined) return groups !== undefined && before === value;
    reading.setParam(at, value);
    return true;
  }
}

function indexOfStart(starts: readonly string[], value: string, at: number): number {
  for (let i = 0; i < starts.length; i++) if (value.startsWith(starts[i] as string, at)) return i;
  return -1;
}

const TOKEN = /^[A-Za-z0-9_.-]{1,64}$/;

/** Whether an item has a name and the delimiter, so that it may be skipped; anything else is malformed. */
function isOtherVersion(item: string, delimiter: string): boolean {
  const end = item.indexOf(delimiter);
  return end > 0 && TOKEN.test(item.slice(0, end));
}
