// Options that several factories share.

import type { Secret } from "../../auth/keys/fixed-secrets.js";
import type { PublicKeyText } from "../../auth/keys/parse-public-key.js";
import type { PublicKeyByIdFunction, PublicKeyFunction } from "../../auth/keys/public-key-source.js";
import type { Secrets } from "../../auth/keys/secrets.js";
import type { CustomFormat } from "../../body-formats/format.js";
import type { Confirm } from "../../sender/sender.js";
import type { SenderFactory } from "./factory.js";

/** One secret, up to five while rotating, or a function of the delivery that looks it up. */
export interface SecretOptions {
  readonly secret: Secrets;
}

/** A static token that the sender sends with every delivery. It authenticates whoever knows it, and binds nothing. */
export interface TokenOptions {
  readonly token: Secrets;
}

/** A secret to verify deliveries, and the text that the vendor's subscription handshake must repeat. */
export interface VerifyTokenOptions extends SecretOptions {
  readonly verifyToken: Secret;
}

/** HTTP Basic credentials, as registered with the vendor. */
export interface BasicOptions {
  readonly username: Secret;
  readonly password: Secret;
}

/** For senders that sign nothing: fetches the truth of an event before it is claimed. */
export interface ConfirmOptions {
  readonly confirm: Confirm;
}

/** For senders whose bodies are XML. */
export interface XmlOptions {
  /** `xml()` of `hookgate/formats/xml`, which needs the package `fast-xml-parser`. */
  readonly xml: CustomFormat;
}

/** A sender built from a shared secret. */
export type SecretSender<Envelope = unknown> = SenderFactory<SecretOptions, Envelope>;
/** A sender known by a static token. */
export type TokenSender<Envelope = unknown> = SenderFactory<TokenOptions, Envelope>;

/** The vendor's public key, several while one replaces another, or a function that finds it. */
export interface PublicKeySenderOptions {
  readonly publicKey: PublicKeyText | readonly PublicKeyText[] | PublicKeyFunction;
}

/**
 * The vendor's public keys by the id that a delivery names: an object, or a function that asks the vendor's API and keeps
 * the answers. The id is a stranger's text until the signature holds.
 */
export interface KeysByIdOptions {
  readonly keys: Readonly<Record<string, PublicKeyText | readonly PublicKeyText[]>> | PublicKeyByIdFunction;
}
