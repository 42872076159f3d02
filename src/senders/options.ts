// What do factories take? The words are the same for all senders, and a vendor's own where it has them.
import type { Secret, Secrets } from "../auth/secrets.js";
import type { CustomFormat } from "../formats/format.js";
import type { Confirm } from "../sender.js";
import type { SenderFactory } from "./sender-row.js";

/** One secret, up to five while rotating, or a function of the delivery that looks it up. */
export interface SecretOptions {
  readonly secret: Secrets;
}

/** A static token the sender repeats with every delivery: it proves who knows it, and binds nothing. */
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
