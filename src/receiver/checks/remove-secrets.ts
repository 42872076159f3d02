// Takes secrets out of the body once the proof holds: what is parsed, handed to handlers, kept and shown has none.
import type { Auth } from "../../core/auth.js";
import type { Check } from "./check.js";

/** `undefined` where the sender has no secret in its bodies. */
export function removeSecretsCheck({ withoutSecrets }: Auth): Check | undefined {
  if (withoutSecrets === undefined) return undefined;
  return function removeSecrets(ctx) {
    const body = withoutSecrets(ctx.delivery.body);
    if (body !== ctx.delivery.body) ctx.delivery = { ...ctx.delivery, body };
    return undefined;
  };
}
