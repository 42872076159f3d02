// Takes secrets out of the body once the proof holds: what is parsed, handed to handlers, kept and shown has none.

import type { WrittenPlace } from "../../core/auth.js";
import { bodyCleaner } from "../../sender/secret-fields.js";
import type { Step } from "./check.js";

/** `undefined` where the sender has no secret in its bodies. */
export function removeSecretsStep(fields: readonly WrittenPlace[]): Step | undefined {
  const clean = bodyCleaner(fields);
  if (clean === undefined) return undefined;
  return function removeSecrets(passage) {
    const body = clean(passage.delivery.body);
    if (body !== passage.delivery.body) passage.delivery = { ...passage.delivery, body };
    return undefined;
  };
}
