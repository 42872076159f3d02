// Finds one field of a multipart/form-data body for verification.

import { type Refusal, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { multipartParts } from "./multipart-parts.js";

const MAX_BODY_BYTES = 1_048_576;
const TOO_LONG = /* @__PURE__ */ refuse("bad_credentials", "the multipart body has more than 1 MiB");
const TWICE = /* @__PURE__ */ refuse("bad_credentials", "a field of the multipart body came more than once");

/** The bytes of the only field with that name, `undefined` where there is none, or a refusal. */
export function multipartField(delivery: Delivery, name: string): Buffer | undefined | Refusal {
  if (delivery.body.length > MAX_BODY_BYTES) return TOO_LONG;
  const parts = multipartParts(delivery);
  if ("ok" in parts) return parts;
  const [found, more] = parts.filter((part) => part.name === name);
  return more === undefined ? found?.bytes : TWICE; // parsers differ in which one they use
}
