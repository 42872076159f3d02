// The sources that the keys of a JWS may come from.
import { CHECKED_LATER, type OptionRules } from "../../lib/options.js";
import type { JwkSet } from "../keys/jwks-document.js";
import type { PublicKeyText } from "../keys/parse-public-key.js";
import type { PublicKeyByIdFunction, PublicKeyFunction } from "../keys/public-key-source.js";
import type { KeyForm } from "../keys/secret-encoding.js";
import type { Secrets } from "../keys/secrets.js";
import type { X5cOptions } from "./x5c.js";

/** Exactly one source of keys. */
export type JwsKeySource =
  | (Only<"publicKey"> & {
      /** The sender's key, several while rotating, or a function. The `kid` of the token is ignored. */
      readonly publicKey: PublicKeyText | readonly PublicKeyText[] | PublicKeyFunction;
    })
  | (Only<"keys"> & {
      /** Keys by the token's `kid`: an object, or a function that calls the sender's API and caches the answer (Plaid). */
      readonly keys: Readonly<Record<string, PublicKeyText | readonly PublicKeyText[]>> | PublicKeyByIdFunction;
    })
  | (Only<"jwksUrl"> & {
      /** Where the sender publishes its key set: https, or http to `127.0.0.1` or `[::1]` for tests. Redirects are not followed. */
      readonly jwksUrl: string | undefined;
    })
  | (Only<"jwks"> & {
      /** The sender's key set itself (RFC 7517), of public keys. */
      readonly jwks: JwkSet;
    })
  | (Only<"secret"> & {
      /** A shared secret for HS256, HS384 or HS512, at least as long as the hash (RFC 7518 section 3.2): 32, 48 or 64 bytes. */
      readonly secret: Secrets;
      /** How the secret's text becomes bytes. Default `"utf8"`. */
      readonly key?: KeyForm;
    })
  | (Only<"x5c"> & {
      /** The certificate chain in the token's header, to a root of the sender (Apple). */
      readonly x5c: X5cOptions;
    });

type SourceName = "publicKey" | "keys" | "jwksUrl" | "jwks" | "secret" | "x5c";
type Only<Name extends SourceName> = { readonly [Other in Exclude<SourceName, Name>]?: never };

const JWS_KEY_SOURCES: readonly SourceName[] = ["publicKey", "keys", "jwksUrl", "jwks", "secret", "x5c"];

/** @throws {TypeError} If there is not exactly one source. */
export function jwsKeySourceName(source: JwsKeySource, where: string): SourceName {
  const given = JWS_KEY_SOURCES.filter((name) => source[name] !== undefined);
  // `secret: process.env.X` with X unset: the error should be about X.
  const named = given.length > 0 ? given : JWS_KEY_SOURCES.filter((name) => Object.hasOwn(source, name));
  const [name] = named;
  if (name !== undefined && named.length === 1) return name;
  throw new TypeError(
    `${where}: exactly one of ${JWS_KEY_SOURCES.join(", ")} is needed; got ${named.length === 0 ? "none" : named.join(" and ")}`,
  );
}

/** Which of them is given, and what it holds, is checked where keys are compiled. */
export const JWS_KEY_RULES: OptionRules<JwsKeySource> = {
  publicKey: CHECKED_LATER,
  keys: CHECKED_LATER,
  jwksUrl: CHECKED_LATER,
  jwks: CHECKED_LATER,
  secret: CHECKED_LATER,
  key: CHECKED_LATER,
  x5c: CHECKED_LATER,
};
