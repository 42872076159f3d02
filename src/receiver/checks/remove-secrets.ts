// Takes secrets out of the body once the proof holds: what is parsed, handed to handlers, kept and shown has none.
import type { Auth } from "../../core/auth.js";
import type { Step } from "./check.js";

/** `undefined` where the sender has no secret in its bodies. */
export function removeSecretsStep({ withoutSecrets }: Auth): Step | undefined {
  if (withoutSecrets === undefined) return undefined;
  return function removeSecrets(passage) {
    const body = withoutSecrets(passage.delivery.body);
    if (body !== passage.delivery.body) passage.delivery = { ...passage.delivery, body };
    return undefined;
  };
}
