// Decodes the text of a secret into the bytes of a key.
import { createHash } from "node:crypto";
import { checkOptions, choiceOf, isText, type OptionRules, shown } from "../../lib/options.js";
import { IllFormedKey } from "./key-lookup.js";

/**
 * How the text of a secret becomes bytes, in the words of the sender's documentation.
 *
 * - `"utf8"`: the unchanged text. Most senders, including Stripe with `whsec_…`.
 * - `"hex"`, `"base64"`: decoded. Adyen, Airtable.
 * - `"sha1"`: the SHA-1 of the text. Braintree.
 * - `{ base64After: "whsec_" }`: the rest, decoded. Standard Webhooks. A secret without the prefix is decoded as base64
 *   too, like the reference libraries. `otherwise: "utf8"` uses it unchanged (OpenAI), `"refuse"` refuses it.
 */
export type KeyForm =
  | "utf8"
  | "hex"
  | "base64"
  | "sha1"
  | { readonly base64After: string; readonly otherwise?: "base64" | "utf8" | "refuse" };

type Decode = (text: string) => Buffer;

const HEX = /^(?:[0-9a-fA-F]{2})+$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const DECODERS: Readonly<Record<"utf8" | "hex" | "base64" | "sha1", Decode>> = {
  utf8: (text) => Buffer.from(text, "utf8"),
  hex: decodeHex,
  base64: decodeBase64,
  sha1: (text) => createHash("sha1").update(text, "utf8").digest(),
};

const AFTER_PREFIX_RULES: OptionRules<Extract<KeyForm, object>> = {
  base64After: {
    must: 'be the prefix of the secret, such as "whsec_"',
    fits: isText,
    isRequired: true,
    isPrivate: true,
  },
  otherwise: /* @__PURE__ */ choiceOf(["base64", "utf8", "refuse"]),
};

/** @throws {TypeError} When the form is not one of those above. */
export function compileKeyForm(form: KeyForm, where: string): Decode {
  if (typeof form === "string") {
    if (!Object.hasOwn(DECODERS, form)) {
      throw new TypeError(
        `${where}: key must be one of ${Object.keys(DECODERS).join(", ")}, or { base64After: "whsec_" }; got ${shown(form)}`,
      );
    }
    return DECODERS[form];
  }
  checkOptions(`${where}: key.`, form, AFTER_PREFIX_RULES);
  const { base64After: prefix, otherwise = "base64" } = form;
  return function decodeAfterPrefix(text) {
    if (text.startsWith(prefix)) return decodeBase64(text.slice(prefix.length));
    if (otherwise === "refuse") throw new IllFormedKey(`must start with "${prefix}"`);
    return DECODERS[otherwise](text);
  };
}

function decodeHex(text: string): Buffer {
  if (!HEX.test(text)) throw new IllFormedKey("must be hex: an even number of the digits 0-9 and a-f");
  return Buffer.from(text, "hex");
}

/** Buffer.from ignores characters that are not base64, so a mistyped secret would become another key without an error. */
function decodeBase64(text: string): Buffer {
  const bytes = BASE64.test(text) ? Buffer.from(text, "base64") : undefined;
  const canonical = bytes?.toString("base64");
  if (bytes === undefined || (canonical !== text && canonical?.replace(/=+$/, "") !== text)) {
    throw new IllFormedKey("must be base64 (A-Z, a-z, 0-9, + and /), copied whole");
  }
  return bytes;
}
