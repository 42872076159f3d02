// Verifies an HMAC of each item of a batch over some of its properties (Adyen).
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { type Auth, type Covers, type Proof, type Refusal, refuse, type SignableRequest } from "../../core/auth.js";
import { createTextEqual } from "../../lib/constant-time.js";
import { isPromise } from "../../lib/maybe-promise.js";
import {
  ANY_TEXT,
  CHECKED_LATER,
  checkOptions,
  choiceOf,
  isListOf,
  isText,
  type OptionRules,
  required,
} from "../../lib/options.js";
import { dummyKeys } from "../keys/dummy-key.js";
import type { KeySet } from "../keys/key-lookup.js";
import { compileKeyForm, type KeyForm } from "../keys/secret-encoding.js";
import { compileSecrets, type Secrets, secretToSign } from "../keys/secrets.js";
import { ENCODINGS, type SignatureEncoding } from "../request/encoding.js";
import { deliveryToSign } from "../request/signable-request.js";
import { DIGEST_BYTES, type HmacAlgorithm } from "../signature/compile.js";
import { type ItemRules, readItems, type SignedItem, signItems } from "./signed-items.js";

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
  /** The signed properties of an item, in order, as paths from the item. A missing property or `null` is signed as empty text. */
  readonly fields: readonly string[];
  /** The text between the values: `":"`. */
  readonly joint: string;
  /**
   * The one of `fields` whose value may contain the joint. In all others the joint is refused, so that the end of each value
   * is known. Default: every value may contain it.
   */
  readonly jointIn?: string;
  /** The path of the signature in an item. */
  readonly signature: string;
  readonly encoding: SignatureEncoding;
}

const RULES: OptionRules<ItemHmacOptions> = {
  secret: CHECKED_LATER,
  algorithm: /* @__PURE__ */ choiceOf(DIGEST_BYTES),
  key: CHECKED_LATER,
  items: { must: 'be the path of an array, such as "items"', fits: ANY_TEXT.fits, isRequired: true },
  fields: {
    must: "name at least one property, or nothing would be signed",
    fits: (value) => isListOf(value, isText) && (value as unknown[]).length > 0,
    isRequired: true,
  },
  joint: { must: 'be a text, such as ":"', fits: isText, isRequired: true },
  jointIn: CHECKED_LATER,
  signature: { must: 'be a path in an item, such as "hmacSignature"', fits: isText, isRequired: true },
  encoding: /* @__PURE__ */ required(/* @__PURE__ */ choiceOf(ENCODINGS)),
};

/**
 * Verifies the HMAC of each item of a batch, over the properties that the sender names (Adyen).
 *
 * Shape:   `{ "notificationItems": [{ "NotificationRequestItem": { …, "additionalData": { "hmacSignature": "<base64>" } } }] }`
 * Source:  Adyen's hmacValidator; test/vectors/body-signatures.json pins it.
 * Promise: in every item the named properties were signed by someone with the secret. One wrong item refuses the delivery.
 * Not promised: other properties of an item, the number and order of the items, or anything beside them. Without `jointIn`
 * also where each value ends: a joint inside a value is signed unchanged, as in Adyen's own library. The escaped form
 * `\:` of Adyen's documentation is accepted too.
 *
 * @throws {TypeError} When built with a missing or ill-formed secret, or without properties to sign. Never per delivery.
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
  checkOptions("itemHmac", options, RULES);
  const { algorithm = "sha256", items, fields, joint, jointIn, signature } = options;
  if (fields.includes(signature)) throw new TypeError("itemHmac: fields must not hold the signature itself");
  if (jointIn !== undefined && !fields.includes(jointIn)) {
    throw new TypeError("itemHmac: jointIn must be one of fields");
  }
  const decode = compileKeyForm(options.key ?? "utf8", "itemHmac");
  const secrets = compileSecrets<KeyObject>(options.secret, {
    where: "itemHmac: secret",
    strengthBytes: (text) => decode(text).length,
    toKey: (text) => createSecretKey(decode(text)),
  });
  const { encode, lengthOf, alphabet } = ENCODINGS[options.encoding];
  const length = lengthOf(DIGEST_BYTES[algorithm]);
  const isEqual = createTextEqual(length);
  const covers: Covers = Object.freeze({ body: false, method: false, url: false, headers: [], fields });
  const rules: ItemRules = {
    items,
    fields,
    joint,
    jointIn,
    signature,
    isSignature: (text) => text.length === length && alphabet.test(text),
  };

  const hmacOf = (key: KeyObject, text: string): string => encode(createHmac(algorithm, key).update(text, "utf8"));

  /** The index of the key that an item was signed with, or -1. */
  function keyIndexOf(keys: readonly KeyObject[], item: SignedItem): number {
    return keys.findIndex((key) => item.texts.some((text) => isEqual(hmacOf(key, text), item.signature)));
  }

  function judge(signed: readonly SignedItem[], found: KeySet<KeyObject> | Refusal): Proof {
    if (!found.ok) return found;
    const isUnknown = found.keys.length === 0; // takes as long as a wrong signature, and has the same outcome
    const indexes = signed.map((item) => keyIndexOf(isUnknown ? dummyKeys() : found.keys, item));
    if (isUnknown || indexes.includes(-1)) return WRONG;
    const { tenant } = found;
    return { ok: true, keyIndex: Math.max(...indexes), covers, ...(tenant === undefined ? {} : { tenant }) };
  }

  return {
    scheme: "item-hmac",
    covers,
    signsTime: false,
    credentialHeaders: [],
    needsPublicUrl: false,
    warnings: secrets.warnings,
    writes: [{ in: "json", name: items === "" ? `*.${signature}` : `${items}.*.${signature}` }],

    verify(delivery) {
      const signed = readItems(rules, delivery);
      if ("ok" in signed) return signed;
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      return isPromise(found) ? found.then((keys) => judge(signed, keys)) : judge(signed, found);
    },

    sign(request, key) {
      const write = (secret: KeyObject): SignableRequest => signItems(rules, request, (text) => hmacOf(secret, text));
      const found = secretToSign(secrets, "itemHmac", deliveryToSign(request), key);
      return isPromise(found) ? found.then(write) : write(found);
    },
  };
}

const WRONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature of an item is well-formed and wrong: another key, or a property that was changed on its way",
);
