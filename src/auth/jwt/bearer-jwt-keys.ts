// Key options of `bearerJwt`: exactly one source; a key that cannot verify, or is private, throws.
import { createPublicKey, createSecretKey, KeyObject } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { algorithmsOfKey, parseKeySet, publicKeyOfJwk } from "../keys/jwks-document.js";

/** `undefined` so that `process.env.X` type-checks; refused when built. */
type Text = string | undefined;
export type Texts = Text | readonly Text[];

/** Exactly one source of keys. */
export type BearerJwtKeys =
  | {
      /** Where the issuer publishes its key set: https, or http to `127.0.0.1` or `[::1]` for tests. Redirects are not followed. */
      readonly jwksUrl: Text;
      readonly jwks?: never;
      readonly publicKey?: never;
      readonly secret?: never;
    }
  | {
      /** The issuer's key set itself (RFC 7517), of public keys. */
      readonly jwks: JSONWebKeySet;
      readonly jwksUrl?: never;
      readonly publicKey?: never;
      readonly secret?: never;
    }
  | {
      /** One public key: PEM (`-----BEGIN PUBLIC KEY-----`), a JWK, or a `KeyObject`. The token's `kid` is not looked at. */
      readonly publicKey: Text | JWK | KeyObject;
      readonly jwksUrl?: never;
      readonly jwks?: never;
      readonly secret?: never;
    }
  | {
      /** A shared secret for HS256, HS384 or HS512, at least 32 bytes as UTF-8; several while one replaces another. */
      readonly secret: Texts;
      readonly jwksUrl?: never;
      readonly jwks?: never;
      readonly publicKey?: never;
    };

export type KeyPlan =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "set"; readonly set: JSONWebKeySet }
  | { readonly kind: "public"; readonly key: KeyObject }
  | { readonly kind: "secret"; readonly secrets: readonly KeyObject[] };

export const KEY_SOURCES = ["jwksUrl", "jwks", "publicKey", "secret"] as const;
/** RFC 7518 section 3.2: a key at least as long as the hash. A shorter one can be guessed offline from any token. */
const MIN_SECRET_BYTES = 32;
/** Each costs an HMAC per forged token. */
const MAX_SECRETS = 10;
const LOOPBACK = /* @__PURE__ */ new Set(["127.0.0.1", "[::1]"]);

export function failOption(problem: string): never {
  throw new TypeError(`bearerJwt: ${problem}`);
}

/** @throws {TypeError} When not exactly one source is given, or it is no good. */
export function planKeys(options: BearerJwtKeys): KeyPlan {
  const given = KEY_SOURCES.filter((name) => options[name] !== undefined);
  // `secret: process.env.X` with X unset: the useful complaint is about X.
  const named = given.length > 0 ? given : KEY_SOURCES.filter((name) => Object.hasOwn(options, name));
  const [source] = named;
  if (source === undefined || named.length > 1) {
    return failOption(
      `exactly one of ${KEY_SOURCES.join(", ")} is needed; got ${named.length === 0 ? "none" : named.join(" and ")}`,
    );
  }
  const value: unknown = options[source];
  if (value === undefined) return failOption(`${source} is undefined; is its environment variable set?`);
  return PLAN_KEYS[source](value);
}

const PLAN_KEYS: Readonly<Record<(typeof KEY_SOURCES)[number], (value: unknown) => KeyPlan>> = {
  jwksUrl: (value) => ({ kind: "url", url: keySetUrl(value) }),
  jwks: (value) => ({ kind: "set", set: localSet(value) }),
  publicKey: (value) => ({ kind: "public", key: publicKey(value) }),
  secret: (value) => ({ kind: "secret", secrets: secrets(value) }),
};

/** Never shown in an error: its query may hold a token. */
function keySetUrl(value: unknown): string {
  const url =
    typeof value === "string" && URL.canParse(value) ? new URL(value) : failOption("jwksUrl must be an absolute URL");
  const isLoopback = url.protocol === "http:" && LOOPBACK.has(url.hostname);
  if (url.protocol !== "https:" && !isLoopback) {
    failOption(`jwksUrl must be https (http only to 127.0.0.1 or [::1], for tests); got ${url.protocol}//`);
  }
  if (url.username !== "" || url.password !== "") failOption("jwksUrl must not hold a user name or password");
  return url.href;
}

function localSet(value: unknown): JSONWebKeySet {
  const all = (value as { keys?: unknown } | null)?.keys;
  // Someone pasted the issuer's private set, or means `secret`: worth more than leaving those keys out.
  const isOurs = (key: unknown) =>
    typeof key === "object" && key !== null && (Object.hasOwn(key, "d") || Object.hasOwn(key, "k"));
  if (Array.isArray(all) && all.some(isOurs)) failOption("jwks holds a private or secret key; give public keys only");
  try {
    return structuredClone(parseKeySet(value));
  } catch (error) {
    return failOption(`jwks: ${(error as Error).message}`);
  }
}

function publicKey(value: unknown): KeyObject {
  const key = toPublicKey(value);
  if (algorithmsOfKey(key).length > 0) return key;
  return failOption("publicKey must be RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or Ed25519");
}

function toPublicKey(value: unknown): KeyObject {
  if (value instanceof KeyObject) {
    return value.type === "public" ? value : failOption(`publicKey is a ${value.type} KeyObject; give the public key`);
  }
  if (typeof value === "string") {
    if (!value.trim().startsWith("-----BEGIN PUBLIC KEY-----")) {
      failOption(
        "publicKey must be PEM text that begins with -----BEGIN PUBLIC KEY----- (SPKI), a JWK, or a KeyObject",
      );
    }
    try {
      return createPublicKey(value);
    } catch {
      return failOption("publicKey is not well-formed PEM; are its line breaks intact?");
    }
  }
  if (typeof value !== "object" || value === null)
    return failOption(`publicKey must be PEM text, a JWK or a KeyObject; got ${typeof value}`);
  if (Object.hasOwn(value, "d") || Object.hasOwn(value, "k"))
    failOption("publicKey is a private or secret JWK; give the public key");
  let key: KeyObject | undefined;
  try {
    key = publicKeyOfJwk(value as JWK);
  } catch {
    failOption("publicKey is not a well-formed JWK");
  }
  return (
    key ??
    failOption(
      "publicKey is a JWK that is not for verifying RS*, PS*, ES* or EdDSA signatures (kty, crv, use, key_ops, size)",
    )
  );
}

/** Secrets are never shown, only counted. */
function secrets(value: unknown): readonly KeyObject[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length === 0) failOption("secret must hold at least one secret; got an empty array");
  if (all.length > MAX_SECRETS) failOption(`secret must hold at most ${MAX_SECRETS} secrets; got ${all.length}`);
  return all.map((secret) => createSecretKey(checkSecret(secret), "utf8"));
}

function checkSecret(secret: unknown): string {
  if (typeof secret !== "string")
    return failOption(`secret must be a string; got ${secret === null ? "null" : typeof secret}`);
  if (secret.trim() === "") failOption("secret is blank");
  if (secret.trim() !== secret)
    failOption("secret has white space around it; was it read from a file with a line break at its end?");
  // A public key as an HMAC secret is a secret that everybody knows (RFC 8725 section 2.1).
  if (secret.startsWith("-----BEGIN ")) failOption("secret is a PEM key; give a public key as `publicKey`");
  const bytes = Buffer.byteLength(secret);
  if (bytes < MIN_SECRET_BYTES) failOption(`secret must have at least ${MIN_SECRET_BYTES} bytes; got ${bytes}`);
  return secret;
}
