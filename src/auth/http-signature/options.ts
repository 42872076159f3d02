// Options of `messageSignature`, checked once when it is built.
import { CHECKED_LATER, checkOptions, FLAG, type OptionRules, TEXT, wholeNumber } from "../../lib/options.js";
import type { KeyTuning } from "../keys/public-key-source.js";
import {
  compileMessageKeys,
  type FindMessageKeys,
  type MessageKeys,
  type MessagePublicKeyAlgorithm,
  remoteMessageKeys,
} from "./keys.js";
import { DERIVED, identifierOf } from "./signature-base.js";
import { type Item, isInnerList, parseDictionary } from "./structured-fields.js";

/** Options of `messageSignature`. */
export type MessageSignatureOptions = {
  /** The components that every signature must cover. Without `"content-digest"` the body is not covered. */
  readonly required: readonly string[];
  /** Only signatures with this label are verified. A label is not signed. Default: any. */
  readonly label?: string;
  /** Only signatures with this `tag` are verified. Default: any, or none. */
  readonly tag?: string;
  /** A signature without `expires` is refused. Default `false`: only `created` is checked, with the receiver's `toleranceSeconds`. */
  readonly requireExpires?: boolean;
  /** Largest accepted difference between the sender's clock and the receiver's for `expires`, in seconds, 0 to 300. Default 60. */
  readonly clockToleranceSeconds?: number;
} & (
  | {
      /** Keys by their id (`keyid`), a list for any id, or a function. */
      readonly keys: MessageKeys;
      readonly jwksUrl?: never;
      readonly algorithm?: never;
    }
  | {
      /** Where the sender publishes its key set: https, or http to `127.0.0.1` or `[::1]` for tests. */
      readonly jwksUrl: string | undefined;
      /** The only algorithm of its keys. */
      readonly algorithm: MessagePublicKeyAlgorithm;
      readonly keys?: never;
    }
);

const MAX_CLOCK_TOLERANCE_SECONDS = 300;
const RULES: OptionRules<MessageSignatureOptions> = {
  required: CHECKED_LATER,
  keys: CHECKED_LATER,
  jwksUrl: CHECKED_LATER,
  algorithm: CHECKED_LATER,
  label: TEXT,
  tag: TEXT,
  requireExpires: FLAG,
  clockToleranceSeconds: /* @__PURE__ */ wholeNumber(0, MAX_CLOCK_TOLERANCE_SECONDS, "whole seconds"),
};

/** The checked options. */
export interface MessagePlan {
  readonly required: readonly Item[];
  readonly requiredNames: readonly string[];
  readonly find: FindMessageKeys;
  readonly label: string | undefined;
  readonly tag: string | undefined;
  readonly requireExpires: boolean;
  readonly clockToleranceSeconds: number;
}

/** @throws {TypeError} When an option is missing, ill-formed or unknown. */
export function planMessageSignature(options: MessageSignatureOptions, tuning: KeyTuning | undefined): MessagePlan {
  checkOptions("messageSignature", options, RULES);
  const { label, tag, requireExpires = false, clockToleranceSeconds = 60 } = options;
  const isRemote = Object.hasOwn(options, "jwksUrl");
  if (isRemote === (options.keys !== undefined)) {
    throw new TypeError("messageSignature: exactly one of keys, jwksUrl is needed");
  }
  const find = isRemote
    ? remoteMessageKeys(options.jwksUrl, options.algorithm, tuning)
    : compileMessageKeys(options.keys as MessageKeys);
  const required = requiredComponents(options.required);
  return {
    required,
    requiredNames: required.map(identifierOf),
    find,
    label,
    tag,
    requireExpires,
    clockToleranceSeconds,
  };
}

function requiredComponents(required: unknown): readonly Item[] {
  if (!Array.isArray(required) || required.length === 0) {
    throw new TypeError(
      'messageSignature: required must name what has to be signed, such as ["@method", "@target-uri", "content-digest"]',
    );
  }
  const items = required.map((name: unknown) => {
    const text = typeof name === "string" ? (name.startsWith('"') ? name : `"${name}"`) : "";
    const list = parseDictionary(`a=(${text})`)?.get("a");
    const item = list !== undefined && isInnerList(list) ? list.items[0] : undefined;
    const spelled = item?.value.kind === "string" ? item.value.value : "";
    const isComponent = spelled.startsWith("@")
      ? DERIVED.includes(spelled)
      : /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(spelled);
    if (item !== undefined && isComponent && list !== undefined && isInnerList(list) && list.items.length === 1)
      return item;
    throw new TypeError(
      `messageSignature: required: ${JSON.stringify(name)} is no component of a request; use a lower-case header name, or one of ${DERIVED.join(", ")}`,
    );
  });
  if (new Set(items.map(identifierOf)).size !== items.length) {
    throw new TypeError("messageSignature: required names a component twice");
  }
  return items;
}
