// Parses signature headers: a bare value, pairs, or a list.
import { ANY_TEXT, checkOptions, isText, type OptionRules, required, TEXT } from "../../lib/options.js";
import type { SignatureReading } from "./parsed-signature.js";

/** Name-value pairs, such as Stripe's `t=1700000000,v1=5861…`. Pairs with other names are skipped. */
export interface PairsForm {
  /** The name of the signature. It may be repeated. */
  readonly pairs: string;
  /** Between pairs. Default `,`. Paddle has `;`, WorkOS a comma and a space. */
  readonly separator?: string;
  /** Between name and value. Default `=`. */
  readonly equals?: string;
  /** Between groups of pairs, for senders that repeat all pairs while rotating (Persona: a space). */
  readonly groups?: string;
}

/** A list, such as Standard Webhooks' `v1,<base64> v1,<base64>`. An item with another version is skipped. */
export interface ListForm {
  /** What each signature starts with: `v1,`, `v1=`, `v1:`, or `""` without a version. */
  readonly list: string;
  readonly separator: string;
  /** The first item is this parameter instead of a signature (Recurly: the time). */
  readonly leading?: string;
}

const PAIRS_RULES: OptionRules<PairsForm> = {
  pairs: { must: 'be the name of the signature, such as "v1"', fits: isText, isRequired: true },
  separator: TEXT,
  equals: TEXT,
  groups: TEXT,
};
const LIST_RULES: OptionRules<ListForm> = {
  list: {
    must: 'be what each signature in list form starts with, such as "v1,", or "" where nothing',
    fits: ANY_TEXT.fits,
    isRequired: true,
  },
  separator: /* @__PURE__ */ required(TEXT),
  leading: TEXT,
};

/** The options that describe how a signature is written. */
export interface FormOptions {
  readonly prefix?: string;
  readonly form?: "bare" | PairsForm | ListForm;
}

/** Adds one signature to the reading. `false` if the text cannot be a signature. */
export type Take = (reading: SignatureReading, text: string) => boolean;

/** A compiled form. */
export interface Form {
  readonly label: string;
  /** The form has commas. Otherwise a comma means that the transport has joined a repeated header. */
  readonly hasCommas: boolean;
  /** `false`: malformed. */
  parse(value: string, reading: SignatureReading, take: Take): boolean;
  format(signature: string, params: ReadonlyMap<string, string>): string;
}

/** @throws {TypeError} When the form contradicts itself, or has no place for one of the parameters. */
export function formOf(options: FormOptions, params: readonly string[], where: string): Form {
  const { form = "bare", prefix = "" } = options;
  if (form === "bare") {
    if (params.length > 0) {
      throw new TypeError(`${where}: "${params[0]}" is a parameter of the signature, but a bare signature has none`);
    }
    return bareForm(prefix);
  }
  if (prefix !== "") throw new TypeError(`${where}: signature.prefix is for a bare signature only`);
  if (typeof form !== "object" || form === null || !("pairs" in form || "list" in form)) {
    throw new TypeError(`${where}: signature.form must be "bare", { pairs: … } or { list: … }`);
  }
  if ("pairs" in form) {
    checkOptions(`${where}: signature.form.`, form, PAIRS_RULES);
    return pairsForm(form, params);
  }
  checkOptions(`${where}: signature.form.`, form, LIST_RULES);
  const stray = params.find((name) => name !== form.leading);
  if (stray !== undefined) throw new TypeError(`${where}: "${stray}" is no parameter of this list; see form.leading`);
  return listForm(form);
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

function listForm(form: ListForm): Form {
  const { list: prefix, separator, leading } = form;
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

function pairsForm(form: PairsForm, params: readonly string[]): Form {
  const { pairs: name, separator = ",", equals = "=", groups } = form;
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

  /** A repeated parameter is refused, because parsers differ in which one they take, unless every group has the same value. */
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
