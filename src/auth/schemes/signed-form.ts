// Builds the text that Twilio and Mandrill sign: the URL and the form's fields, sorted by name.
import { createHash } from "node:crypto";
import { mediaTypeOf } from "../../body-formats/content-type.js";
import { type Refusal, refuse } from "../../core/auth.js";
import { type Delivery, queryParameter } from "../../core/delivery.js";
import { type FormFields, formatForm, parseForm, parseFormBody } from "../../lib/form.js";
import { checkOptions, isText, type OptionRules, wholeNumber } from "../../lib/options.js";
import type { SignedText } from "../signature/signed-content.js";

/** Options of `signedForm`. */
export interface SignedFormOptions {
  /**
   * How a repeated field is signed: all values in the order sent, or each distinct value once, sorted (Twilio). Default
   * `"as-sent"`.
   */
  readonly repeats?: "as-sent" | "sorted-once";
  /**
   * The spellings of the URL that the sender may have signed: the registered one only, or also with the port of the scheme
   * added or the port removed, each also with a newly encoded query (Twilio). Default `"registered"`.
   */
  readonly urls?: "registered" | "with-and-without-port";
  /** The only fields of the sender's forms. A form with other fields is refused, so that letters cannot move from a value to its name. */
  readonly names?: readonly string[];
  /** The query parameter with the SHA-256 of the body in hex, for bodies that are not a form. Only the URL is signed then (Twilio). */
  readonly bodyHash?: string;
  /** The largest form that is parsed before verification, in bytes. Default 1 MiB; more for mail with attachments (Mandrill). */
  readonly maxFormBytes?: number;
}

/** Limits what is parsed before verification. */
const MAX_FORM_BYTES = 1_048_576;
const SHA_256_HEX = /^[0-9a-f]{64}$/;
const NOT_A_FORM = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the fields of a form are signed, and the body's Content-Type is another",
);
const RULES: OptionRules<SignedFormOptions> = {
  repeats: { must: 'be "as-sent" or "sorted-once"', fits: (value) => value === "as-sent" || value === "sorted-once" },
  urls: {
    must: 'be "registered" or "with-and-without-port"',
    fits: (value) => value === "registered" || value === "with-and-without-port",
  },
  names: {
    must: 'be a list of names of fields, such as ["events"]',
    fits: (value) => Array.isArray(value) && value.length > 0,
  },
  bodyHash: { must: 'be the name of a query parameter, such as "bodySHA256"', fits: isText },
  maxFormBytes: /* @__PURE__ */ wholeNumber(1, undefined, "a whole number of bytes"),
};

/**
 * The text that Twilio and Mandrill sign: the URL, then name and value of each form field, sorted by name.
 *
 * Shape:   `https://example.com/hook` `FieldA` `its value` `FieldB` `its value`, without anything between.
 * Source:  twilio-node and Rails' Mandrill tests; test/vectors/body-signatures.json pins them.
 * Promise: the URL and every field come from the sender. A body with another Content-Type than that of a form is refused,
 *          unless its hash is signed: what is signed as a form is read as one. Not promised: where a name ends and its value
 *          begins. The text has no separators, so who replays a delivery could move letters from a value to its name.
 *
 * @returns For `signed` of `hmac`. Needs `publicUrl`.
 * @throws {TypeError} When built with an unknown option.
 * @example
 * hmac({
 *   secret: process.env.TWILIO_AUTH_TOKEN,
 *   algorithm: "sha1",
 *   signed: signedForm({ repeats: "sorted-once", urls: "with-and-without-port", bodyHash: "bodySHA256" }),
 *   signature: { header: "x-twilio-signature", encoding: "base64" },
 * });
 */
export function signedForm(options: SignedFormOptions = {}): SignedText {
  checkOptions("signedForm", options, RULES);
  const { repeats = "as-sent", urls = "registered", names, bodyHash, maxFormBytes = MAX_FORM_BYTES } = options;
  const readForm = (delivery: Delivery) => formText(delivery, repeats === "sorted-once", maxFormBytes, names);
  return {
    covers: { body: true, method: false, url: true, headers: [] },
    needsPublicUrl: true,
    texts(delivery, input) {
      let form: string | Refusal | undefined; // read only where it is signed
      let refusal: Refusal | undefined;
      const texts: string[] = [];
      for (const url of input.urls) {
        const hashed = bodyHash === undefined ? false : judgeBodyHash(delivery, url, bodyHash);
        if (hashed === false) form ??= readForm(delivery);
        const text = hashed === false ? form : hashed === true ? "" : hashed;
        if (typeof text !== "string") refusal = text;
        else for (const one of urls === "registered" ? [url] : urlSpellings(url)) texts.push(one + text);
      }
      return texts.length === 0 && refusal !== undefined ? refusal : texts;
    },
  };
}

/** Whether the query of the signed URL has the hash of the body. A refusal if it is the hash of another body. */
function judgeBodyHash(delivery: Delivery, url: string, name: string): boolean | Refusal {
  const value = queryParameter(url, name);
  if (value === undefined) return false;
  if (typeof value !== "string" || !SHA_256_HEX.test(value)) {
    return refuse("bad_credentials", `the query parameter ${name} is no SHA-256 in hex, or came more than once`);
  }
  if (createHash("sha256").update(delivery.body).digest("hex") === value) return true; // neither is a secret
  return refuse("unauthenticated", `the body is not the one whose hash the query parameter ${name} is`);
}

/**
 * The text of a form. The body must also be a form for the handler: the signed text has no separators, so its letters could
 * be rearranged until they are JSON.
 */
function formText(
  { headers, body }: Delivery,
  isOnce: boolean,
  maxBytes: number,
  names: readonly string[] | undefined,
): string | Refusal {
  if (body.length > 0 && mediaTypeOf(headers) !== "application/x-www-form-urlencoded") return NOT_A_FORM;
  if (body.length > maxBytes) return refuse("bad_credentials", `the form is larger than ${maxBytes} bytes`);
  const form = parseFormBody(body);
  if (!form.ok) return refuse("bad_credentials", form.hint);
  if (names !== undefined && !Object.keys(form.value).every((name) => names.includes(name))) {
    return refuse("bad_credentials", `the form has a field that is none of ${names.join(", ")}`);
  }
  return textOf(form.value, isOnce);
}

/** Sorted by UTF-16 code units, like the senders' libraries. */
function textOf(form: FormFields, isOnce: boolean): string {
  let text = "";
  for (const name of Object.keys(form).sort()) {
    const value = form[name] as string | string[];
    const values = typeof value === "string" ? [value] : isOnce ? [...new Set(value)].sort() : value;
    for (const one of values) text += name + one;
  }
  return text;
}

const PARTS = /^(https?):\/\/([^/?#:[\]]+|\[[^\]/?#]+\])(?::(\d+))?([^#]*)$/;
const PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** Unchanged, with and without its port, and both with the query decoded and encoded again, like older libraries. */
function urlSpellings(url: string): string[] {
  const [, scheme, host, port, rest = ""] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return [url];
  const bare = `${scheme}://${host}${rest}`;
  const ported = `${scheme}://${host}:${port ?? PORTS[scheme]}${rest}`;
  const both = port === undefined ? [bare, ported] : [ported, bare];
  const rewritten = both.map(withQueryAnew).filter((one) => !both.includes(one));
  return [...both, ...rewritten];
}

function withQueryAnew(url: string): string {
  const at = url.indexOf("?");
  if (at < 0) return url;
  const query = parseForm(url.slice(at + 1));
  const written = query.ok ? formatForm(query.value) : undefined;
  return written === undefined ? url : `${url.slice(0, at)}?${written}`;
}
