// Checks secrets that are configured: one, or several while rotating.
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import { kindOf } from "../../lib/options.js";
import { IllFormedKey, type KeySet, MAX_KEYS } from "./key-lookup.js";

/** A secret's text. `undefined` type-checks so that `process.env.X` can be given as it is; it is refused when built. */
export type Secret = string | undefined;

/** How a scheme turns the text of a secret into a key. `toKey` throws `IllFormedKey` for other texts. */
export interface SecretRules<Key> {
  /** For messages: `hmac: secret`. */
  readonly where: string;
  toKey(text: string): Key;
  /** The strength of the key in bytes. Default: the length of the text. */
  strengthBytes?(text: string): number;
}

export interface CompiledSecrets<Key> {
  /** `undefined` if a function looks the secrets up. */
  readonly fixed: KeySet<Key> | undefined;
  /** Logged once. */
  readonly warnings: readonly string[];
  lookUp(delivery: Delivery): MaybePromise<KeySet<Key> | Refusal>;
  /** The key of a text that replaces the configured ones. */
  toKey(text: string): Key;
}

/** RFC 2104 section 3 discourages keys shorter than the hash; 16 random bytes cannot be guessed. */
const WEAK_BELOW_BYTES = 16;
const SET_IT = "; set the environment variable, or give a function to read it per delivery";

/** @throws {TypeError} When a secret is missing, blank, surrounded by white space, ill-formed or repeated. */
export function fixedSecrets<Key>(secrets: Secret | readonly Secret[], rules: SecretRules<Key>): CompiledSecrets<Key> {
  const isList = Array.isArray(secrets);
  const texts: readonly Secret[] = isList ? secrets : [secrets];
  if (texts.length === 0) {
    throw new TypeError(`${rules.where}: the list is empty; give at least one secret`);
  }
  if (texts.length > MAX_KEYS) {
    throw new TypeError(`${rules.where}: at most ${MAX_KEYS} secrets are tried; got ${texts.length}`);
  }
  const warnings: string[] = [];
  const keys = texts.map((text, at) => {
    const where = isList ? `${rules.where}[${at}]` : rules.where;
    const wrong = whyNoSecret(text);
    if (wrong !== undefined) throw new TypeError(`${where} ${wrong}${isUnset(text) ? SET_IT : ""}`);
    if (texts.indexOf(text) !== at) throw new TypeError(`${where} is given twice`);
    const key = keyOfSecret(text as string, rules, where);
    const bytes = rules.strengthBytes?.(text as string) ?? Buffer.byteLength(text as string);
    if (bytes < WEAK_BELOW_BYTES) {
      warnings.push(`${where} has only ${bytes} bytes and could be guessed; use ${WEAK_BELOW_BYTES} or more`);
    }
    return key;
  });
  const fixed: KeySet<Key> = { ok: true, keys, tenant: undefined };
  return { fixed, warnings, lookUp: () => fixed, toKey: (text) => keyOfSecret(text, rules, rules.where) };
}

/** @throws {TypeError} If the text is not a key of this scheme. */
export function keyOfSecret<Key>(text: string, rules: SecretRules<Key>, where: string): Key {
  try {
    return rules.toKey(text);
  } catch (error) {
    if (error instanceof IllFormedKey) throw new TypeError(`${where} ${error.message}`);
    throw error;
  }
}

/** Why a text cannot be a secret of any scheme, without quoting it. */
export function whyNoSecret(text: unknown): string | undefined {
  if (text === undefined || text === null) return "is missing";
  if (typeof text !== "string") return `must be a string; got ${kindOf(text)}`;
  if (text === "") return "is empty";
  if (text.trim() === "") return "is blank";
  if (text.trim() !== text) return "has white space around it; a secret read from a file often ends in a line break";
  if (text.startsWith("-----BEGIN")) return "is a PEM document; a key pair's key is not a shared secret";
  if (text.startsWith("whpk_") || text.startsWith("whsk_")) {
    return "is a key of an Ed25519 pair (whpk_, whsk_), not a shared secret (whsec_)";
  }
  return undefined;
}

function isUnset(text: unknown): boolean {
  return text === undefined || text === null || (typeof text === "string" && text.trim() === "");
}
