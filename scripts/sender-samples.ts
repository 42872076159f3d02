// What are the senders built with, to write their pages and to test them? Made-up secrets, one for each option.
import type { SenderAbout } from "../src/senders/sender-row.js";

const SECRET = "0123456789abcdef0123456789abcdef";
/** Base64 of 32 bytes, as Standard Webhooks has it. */
const WHSEC = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

const BY_OPTION: Readonly<Record<string, unknown>> = {
  secret: SECRET,
  token: SECRET,
  verifyToken: "verify-0123456789",
  username: "hooks",
  password: SECRET,
  confirm: () => true,
};

/** Where an option means something else for this sender. */
const BY_SENDER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  standardWebhooks: { secret: WHSEC },
  svix: { secret: WHSEC },
};

/** Options that build this sender, all that it takes. */
export function sampleOptions(about: SenderAbout): never {
  const own = BY_SENDER[about.factory] ?? {};
  return Object.fromEntries(about.options.map((name) => [name, own[name] ?? BY_OPTION[name]])) as never;
}
