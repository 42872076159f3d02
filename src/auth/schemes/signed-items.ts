// Reads the signed items of a batch, and writes their signatures.
import { absent, type Refusal, refuse, type SignableRequest } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { memberOf } from "../../core/read-field.js";
import { parseJson } from "../../lib/json.js";

/** Where the items are, and what of them is signed. */
export interface ItemRules {
  /** The path of the array. */
  readonly items: string;
  readonly fields: readonly string[];
  readonly joint: string;
  readonly jointIn: string | undefined;
  /** The path of the signature in an item. */
  readonly signature: string;
  /** Whether a text has the length and the characters of a signature. */
  isSignature(text: string): boolean;
}

export interface SignedItem {
  readonly ok: true;
  readonly signature: string;
  /** The texts that the sender may have signed. */
  readonly texts: readonly string[];
}

/** Adyen sends one to six; each costs an HMAC. */
const MAX_ITEMS = 100;
const MAX_PARSED_BYTES = 1_048_576;

const NO_ITEMS = /* @__PURE__ */ absent("the body holds no items, so nothing is signed");
const MISSING = /* @__PURE__ */ absent("an item has no signature; is the HMAC key set at the sender?");
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the signature of an item is malformed: cut off, or otherwise written",
);
const AMBIGUOUS = /* @__PURE__ */ refuse(
  "bad_credentials",
  "a signed property of an item contains the joint, so the signature could fit another item",
);
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "a signed property of an item is neither a text nor a whole number",
);
const NOT_JSON = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB, so its items cannot be read",
);
const TOO_MANY = /* @__PURE__ */ refuse("bad_credentials", `the body holds more than ${MAX_ITEMS} items`);
/** Every item with its signature. A refusal if an item has no signature, or a signed property cannot be read. */
export function readItems(rules: ItemRules, delivery: Delivery): readonly SignedItem[] | Refusal {
  const found = itemsOf(delivery, rules.items);
  if ("ok" in found) return found;
  const signed: SignedItem[] = [];
  for (const item of found) {
    const one = readItem(rules, item);
    if (!one.ok) return one;
    signed.push(one);
  }
  return signed;
}

/** @throws {TypeError} Where the request has no items, or one that cannot be signed. */
export function signItems(
  rules: ItemRules,
  request: SignableRequest,
  signatureOf: (text: string) => string,
): SignableRequest {
  const { items: path, signature } = rules;
  const body = JSON.parse(Buffer.from(request.body).toString("utf8")) as unknown;
  const items = path === "" ? body : memberOf(body, path);
  if (!Array.isArray(items)) throw new TypeError(`itemHmac: the request cannot be signed: it has no array at ${path}`);
  for (const item of items) {
    const texts = textsOf(rules, item);
    if ("ok" in texts) throw new TypeError(`itemHmac: the request cannot be signed: ${texts.hint}`);
    write(item, signature.split("."), signatureOf(texts[0] as string));
  }
  return { ...request, body: Buffer.from(JSON.stringify(body), "utf8") };
}

function readItem(rules: ItemRules, item: unknown): SignedItem | Refusal {
  const signature = memberOf(item, rules.signature);
  if (signature === undefined || signature === null) return MISSING;
  if (typeof signature !== "string" || !rules.isSignature(signature)) return MALFORMED;
  const texts = textsOf(rules, item);
  return "ok" in texts ? texts : { ok: true, signature, texts };
}

/** The texts that the sender may have signed: as its library joins them, and as its documentation does. */
function textsOf({ fields, joint, jointIn }: ItemRules, item: unknown): readonly string[] | Refusal {
  const values: string[] = [];
  for (const name of fields) {
    const value = textOf(memberOf(item, name));
    if (value === undefined) return UNREADABLE;
    if (jointIn !== undefined && name !== jointIn && value.includes(joint)) return AMBIGUOUS;
    values.push(value);
  }
  const plain = values.join(joint);
  const escaped = values.map((value) => value.replaceAll("\\", "\\\\").replaceAll(joint, `\\${joint}`)).join(joint);
  if (plain === escaped) return [plain];
  // A value that reads like an escaped one counts as escaped; otherwise one signature would fit both.
  return jointIn !== undefined && values.some((value) => isEscaped(value, joint)) ? [escaped] : [plain, escaped];
}

function itemsOf({ body }: Delivery, path: string): readonly unknown[] | Refusal {
  const parsed = body.length > MAX_PARSED_BYTES ? undefined : parseJson(body);
  if (!parsed?.ok) return NOT_JSON;
  const items = path === "" ? parsed.value : memberOf(parsed.value, path);
  if (!Array.isArray(items) || items.length === 0) return NO_ITEMS;
  return items.length > MAX_ITEMS ? TOO_MANY : items;
}

/** `undefined` for a value without exactly one text: an object, a fraction, a number that parsing may have changed. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "boolean" || Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Whether the value has escapes and no unescaped joint. */
function isEscaped(value: string, joint: string): boolean {
  const rest = value.replaceAll("\\\\", "").replaceAll(`\\${joint}`, "");
  return rest !== value && !rest.includes("\\") && !rest.includes(joint);
}

/** The item is our own copy, fresh from JSON.parse. */
function write(at: unknown, [name, ...rest]: readonly string[], value: string): void {
  if (typeof at !== "object" || at === null || name === undefined) {
    throw new TypeError("itemHmac: the request cannot be signed: an item is not an object");
  }
  const object = at as Record<string, unknown>;
  if (rest.length === 0) {
    object[name] = value;
    return;
  }
  object[name] ??= {};
  write(object[name], rest, value);
}
