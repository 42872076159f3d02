// Declares fields of the body as secrets, and brings what takes them out.
import type { Auth, WrittenPlace } from "../../core/auth.js";
import { bodyWithout } from "../../lib/body-fields.js";

/**
 * What a proof of one's own says of secrets that it reads from the body, to be spread into it: members of JSON, by a path
 * with dots in which `*` is any item of an array, or fields of a form.
 *
 * Promise: once the proof holds, payload, `event.body`, inboxes and tools are without them, and every other byte is as it
 * came. Not promised: a body inside of something else, such as a field of a multipart body (`unwrapped`).
 *
 * @example
 * import { bodySecrets, hmac } from "hookgate/auth";
 *
 * const proof = hmac({ secret, signature: { header: "x-signature", encoding: "hex" } });
 * const auth = { ...proof, ...bodySecrets([{ in: "json", name: "auth.pin" }]) };
 */
export function bodySecrets(fields: readonly WrittenPlace[]): Pick<Auth, "secretFields" | "withoutSecrets"> {
  return { secretFields: fields, withoutSecrets: bodyWithout(fields) };
}
