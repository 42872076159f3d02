// Declares fields of the body as secrets, and removes them from verified bodies.
import type { Auth, WrittenPlace } from "../../core/auth.js";
import { bodyWithout } from "../../lib/body-fields.js";

/**
 * Declares the secrets that a scheme of your own reads from the body. Spread the result into the scheme. A secret is a JSON
 * property, by a path with dots in which `*` is any item of an array, or a form field.
 *
 * Promise: after verification, the payload, `event.body`, inboxes and tools do not have these fields, and every other byte
 * is unchanged. Not promised: secrets in a body that is wrapped, such as in a field of a multipart body (`unwrapped`).
 *
 * @example
 * import { bodySecrets, hmac } from "hookgate/auth";
 *
 * const signed = hmac({ secret, signature: { header: "x-signature", encoding: "hex" } });
 * const auth = { ...signed, ...bodySecrets([{ in: "json", name: "auth.pin" }]) };
 */
export function bodySecrets(fields: readonly WrittenPlace[]): Pick<Auth, "secretFields" | "withoutSecrets"> {
  return { secretFields: fields, withoutSecrets: bodyWithout(fields) };
}
