// Verifies an HMAC of each item of a batch over some of its properties (Adyen).
import { createHmac, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import {
  type Auth,
  absent,
  type Covers,
  type Proof,
  type Refusal,
  refuse,
  type SignableRequest,
} from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { memberOf } from "../../core/read-field.js";
import { createTextEqual } from "../../lib/constant-time.js";
import { parseJson } from "../../lib/json.js";
import { isPromise } from "../../lib/maybe-promise.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import type { KeySet } from "../keys/key-lookup.js";
import { compileKeyForm, type KeyForm } from "../keys/secret-encoding.js";
import { compileSecrets, type Secrets } from "../keys/secrets.js";
import { ENCODINGS, type SignatureEncoding } from "../request/encoding.js";
import { deliveryToSign } from "../request/signable-request.js";
import { DIGEST_BYTES, type HmacAlgorithm } from "../signature/compile.js";

/** Options of `itemHmac`. */
export interface ItemHmacOptions {
  /** One, several while rotating, or a function. */
  readonly secret: Secrets;
  /** Default `"sha256"`. */
  readonly algorithm?: HmacAlgorithm;
  /** How the secret's text becomes bytes. Default `"utf8"`. */
  readonly key?: KeyForm;
  /** The path of the array in the JSON body, the same as the event row's `each`. */
  readonly items: string;
  /** The members of an item that are signed, in order, as paths from the item. One that is missing or `null` is empty. */
  readonly fields: readonly string[];
  /** What stands between them: `":"`. */
  readonly joint: string;
  /**
   * The one of `fields` whose value may hold the joint; in all others it is refused, so that it is certain where each value
   * ends. Default: any may hold it.
   */
  readonly jointIn?: string;
  /** The path of the signature in an item. */
  readonly signature: string;
  readonly encoding: SignatureEncoding;
}

const OPTION_NAMES: readonly (keyof ItemHmacOptions)[] = [
  "secret",
  "algorithm",
  "key",
  "items",
  "fields",
  "joint",
  "jointIn",
  "signature",
  "encoding",
];
/** Adyen sends one to six; each costs an HMAC. */
const MAX_ITEMS = 100;
const MAX_PARSED_BYTES = 1_048_576;

/**
 * Proves that every item of a batch was signed with a shared secret, over the members that the sender names (Adyen).
 *
 * Shape:   `{ "notificationItems": [{ "NotificationRequestItem": { …, "additionalData": { "hmacSignature": "<base64>" } } }] }`
 * Source:  Adyen's hmacValidator; test/vectors/body-signatures.json pins it.
 * Promise: in every item the named members come from a holder of the secret. One item that fails refuses the delivery.
 * Not promised: any other member of an item, how many items there are and in which order, or what stands beside them.
 * Nor where one value ends, unless `jointIn` says it: a joint inside of a value is signed as it stands, as Adyen's own
 * library reads it (written `\:` is accepted too, as Adyen's documentation has it).
 *
 * @throws {TypeError} When built with a missing or ill-formed secret, or without members to sign. Never per delivery.
 * @example
 * itemHmac({
 *   secret: process.env.ADYEN_HMAC_KEY,
 *   key: "hex",
 *   items: "notificationItems",
 *   fields: ["NotificationRequestItem.merchantReference", "NotificationRequestItem.amount.value"],
 *   joint: ":",
 *   jointIn: "NotificationRequestItem.merchantReference",
 *   signature: "NotificationRequestItem.additionalData.hmacSignature",
 *   encoding: "base64",
 * });
 */
export function itemHmac(options: ItemHmacOptions): Auth {
  const { algorithm = "sha256", items: path, joint, jointIn } = checked(options);
  const decode = compileKeyForm(options.key ?? "utf8", "itemHmac");
  const secrets = compileSecrets<KeyObject>(options.secret, {
    where: "itemHmac: secret",
    strengthBytes: (text) => decode(text).length,
    toKey: (text) => createSecretKey(decode(text)),
  });
  const { encode, lengthOf, alphabet } = ENCODINGS[options.encoding];
  const length = lengthOf(DIGEST_BYTES[algorithm]);
  const isEqual = createTextEqual(length);
  const dummyKeys = [createSecretKey(randomBytes(32))];
  const covers: Covers = Object.freeze({ body: false, method: false, url: false, headers: [], fields: options.fields });

  function macOf(key: KeyObject, text: string): string {
    return encode(createHmac(algorithm, key).update(text, "utf8"));
  }

  /** The texts that the sender may have signed: as its library joins them, and as its documentation does. */
  function textsOf(item: unknown): readonly string[] | Refusal {
    const values: string[] = [];
    for (const name of options.fields) {
      const value = textOf(memberOf(item, name));
      if (value === undefined) return UNREADABLE;
      if (jointIn !== undefined && name !== jointIn && value.includes(joint)) return AMBIGUOUS;
      values.push(value);
    }
    const plain = values.join(joint);
    const escaped = values.map((value) => value.replaceAll("\\", "\\\\").replaceAll(joint, `\\${joint}`)).join(joint);
    if (plain === escaped) return [plain];
    // What reads like an escaped value is one, or one signature would fit both.
    return jointIn !== undefined && values.some((value) => isEscaped(value, joint)) ? [escaped] : [plain, escaped];
  }

  function readItem(item: unknown): SignedItem | Refusal {
    const signature = memberOf(item, options.signature);
    if (signature === undefined || signature === null) return MISSING;
    if (typeof signature !== "string" || signature.length !== length || !alphabet.test(signature)) return MALFORMED;
    const texts = textsOf(item);
    return "ok" in texts ? texts : { ok: true, signature, texts };
  }

  function readItems(delivery: Delivery): readonly SignedItem[] | Refusal {
    const found = itemsOf(delivery, path);
    if ("ok" in found) return found;
    const signed: SignedItem[] = [];
    for (const item of found) {
      const one = readItem(item);
      if (!one.ok) return one;
      signed.push(one);
    }
    return signed;
  }

  /** The index of the key that an item was signed with, or -1. */
  function keyIndexOf(keys: readonly KeyObject[], { texts, signature }: SignedItem): number {
    return keys.findIndex((key) => texts.some((text) => isEqual(macOf(key, text), signature)));
  }

  function judge(signed: readonly SignedItem[], found: KeySet<KeyObject> | Refusal): Proof {
    if (!found.ok) return found;
    const isUnknown = found.keys.length === 0; // answered as late, and in the same way, as a wrong signature
    const indexes = signed.map((item) => keyIndexOf(isUnknown ? dummyKeys : found.keys, item));
    if (isUnknown || indexes.includes(-1)) return WRONG;
    const { tenant } = found;
    return { ok: true, keyIndex: Math.max(...indexes), covers, ...(tenant === undefined ? {} : { tenant }) };
  }

  function signWith(request: SignableRequest, key: KeyObject): SignableRequest {
    const body = JSON.parse(Buffer.from(request.body).toString("utf8")) as unknown;
    const items = path === "" ? body : memberOf(body, path);
    if (!Array.isArray(items))
      throw new TypeError(`itemHmac: the request cannot be signed: it has no array at ${path}`);
    for (const item of items) {
      const texts = textsOf(item);
      if ("ok" in texts) throw new TypeError(`itemHmac: the request cannot be signed: ${texts.hint}`);
      write(item, options.signature.split("."), macOf(key, texts[0] as string));
    }
    return { ...request, body: Buffer.from(JSON.stringify(body), "utf8") };
  }

  return {
    scheme: "item-hmac",
    covers,
    signsTime: false,
    credentialHeaders: [],
    needsPublicUrl: false,
    warnings: secrets.warnings,
    writes: [{ in: "json", name: path === "" ? `*.${options.signature}` : `${path}.*.${options.signature}` }],

    verify(delivery) {
      const signed = readItems(delivery);
      if ("ok" in signed) return signed;
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      return isPromise(found) ? found.then((keys) => judge(signed, keys)) : judge(signed, found);
    },

    sign(request, key) {
      if (key !== undefined) return signWith(request, secrets.toKey(key));
      const found = secrets.fixed ?? secrets.lookUp(deliveryToSign(request));
      return isPromise(found)
        ? found.then((keys) => signWith(request, firstOf(keys)))
        : signWith(request, firstOf(found));
    },
  };
}

interface SignedItem {
  readonly ok: true;
  readonly signature: string;
  readonly texts: readonly string[];
}

const NO_ITEMS = /* @__PURE__ */ absent("the body holds no items, so nothing is signed");
const MISSING = /* @__PURE__ */ absent("an item has no signature; is the HMAC key set at the sender?");
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the signature of an item is malformed: cut off, or otherwise written",
);
const AMBIGUOUS = /* @__PURE__ */ refuse(
  "bad_credentials",
  "a signed member of an item holds what stands between the members, so the signature could fit another item",
);
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "a signed member of an item is neither a text nor a whole number",
);
const NOT_JSON = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB, so its items cannot be read",
);
const TOO_MANY = /* @__PURE__ */ refuse("bad_credentials", `the body holds more than ${MAX_ITEMS} items`);
const WRONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature of an item is well-formed and wrong: another key, or a member that was changed on its way",
);

function itemsOf({ body }: Delivery, path: string): readonly unknown[] | Refusal {
  const parsed = body.length > MAX_PARSED_BYTES ? undefined : parseJson(body);
  if (!parsed?.ok) return NOT_JSON;
  const items = path === "" ? parsed.value : memberOf(parsed.value, path);
  if (!Array.isArray(items) || items.length === 0) return NO_ITEMS;
  return items.length > MAX_ITEMS ? TOO_MANY : items;
}

/** `undefined` for what has no one text: an object, a fraction, a number that is no longer the one that was sent. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "boolean" || Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Escapes and no bare joint. */
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

function firstOf(found: KeySet<KeyObject> | Refusal): KeyObject {
  const key = found.ok ? found.keys[0] : undefined;
  if (key === undefined) throw new TypeError("itemHmac: there is no secret to sign with");
  return key;
}

function checked(options: ItemHmacOptions): ItemHmacOptions {
  refuseUnknownKeys("itemHmac", options, OPTION_NAMES);
  const { algorithm = "sha256", items, fields, joint, jointIn, signature, encoding } = options;
  if (!Object.hasOwn(DIGEST_BYTES, algorithm)) {
    throw new TypeError(`itemHmac: algorithm must be one of ${Object.keys(DIGEST_BYTES).join(", ")}`);
  }
  if (typeof encoding !== "string" || !Object.hasOwn(ENCODINGS, encoding)) {
    throw new TypeError(`itemHmac: encoding must be one of ${Object.keys(ENCODINGS).join(", ")}`);
  }
  if (typeof items !== "string") throw new TypeError('itemHmac: items must be the path of an array, such as "items"');
  const areFields =
    Array.isArray(fields) && fields.length > 0 && fields.every((name) => typeof name === "string" && name);
  if (!areFields) throw new TypeError("itemHmac: fields must name at least one member, or nothing would be proven");
  if (fields.includes(signature)) throw new TypeError("itemHmac: fields must not hold the signature itself");
  if (jointIn !== undefined && !fields.includes(jointIn))
    throw new TypeError("itemHmac: jointIn must be one of fields");
  if (typeof joint !== "string" || joint === "") throw new TypeError('itemHmac: joint must be a text, such as ":"');
  if (typeof signature !== "string" || signature === "") {
    throw new TypeError('itemHmac: signature must be a path in an item, such as "hmacSignature"');
  }
  return options;
}
