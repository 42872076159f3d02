// Sends signed deliveries to a URL, to check that it accepts this secret and no other.
import type { Sender } from "../sender/sender.js";
import { createTestSender, type SendOptions } from "../test-sender/test-sender.js";
import type { EndpointProof, ProofResult } from "./providers/provider.js";

/** Options of `signedRoundTrip`. */
export interface RoundTripOptions extends Pick<SendOptions, "type" | "payload" | "headers"> {
  /** How long the receiver may take. Default 10. */
  readonly timeoutSeconds?: number;
  /** How many attempts are made, a second apart, while a deployment is in progress. Default 1. */
  readonly tries?: number;
}

/** A type without a handler, so that nothing runs. */
const HARMLESS_TYPE = "hookgate.check";
const TIMEOUT_SECONDS = 10;

/**
 * A signed delivery must be accepted, and the same one without a signature must be rejected: a page that
 * answers 200 to everything is no receiver.
 *
 * @param sender - The sender of the receiver, or a function of the secret when it is created only now.
 * @param options.type - Default `hookgate.check`, which has no handler.
 * @throws {TypeError} When called for a sender that cannot be signed for.
 * @example prove: signedRoundTrip((secret) => stripe({ secret }))
 */
export function signedRoundTrip<Events>(
  sender: Sender<Events> | ((secret: string) => Sender<Events>),
  options: RoundTripOptions = {},
): EndpointProof {
  const { timeoutSeconds = TIMEOUT_SECONDS, tries = 1, type = HARMLESS_TYPE, payload = {}, headers } = options;
  return async function prove({ url, secret }): Promise<ProofResult> {
    const own = (typeof sender === "function" ? sender(secret ?? "") : sender) as unknown as Sender<never>;
    // Signs with a secret that the sender does not have yet.
    const test = createTestSender(own, { url, ...(secret === undefined ? {} : { key: secret }) });
    const send = { type, payload, ...(headers === undefined ? {} : { headers }) };
    const { successStatuses } = own.profile;
    for (let attempt = 1; ; attempt++) {
      const signed = await post(await test.sign(send), timeoutSeconds);
      if (typeof signed === "number" && successStatuses.includes(signed)) break;
      if (attempt >= tries) return { isProven: false, detail: `a signed delivery ${answered(signed)}` };
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const delivery = await test.sign(send);
    const forged = await post({ ...delivery, headers: without(delivery.headers, own) }, timeoutSeconds);
    if (typeof forged === "number" && forged >= 400 && forged < 500) {
      return { isProven: true, detail: "a signed delivery was accepted, and an unsigned one rejected" };
    }
    return {
      isProven: false,
      detail: `a signed delivery was accepted, but an unsigned one ${answered(forged)}: check that the URL is the receiver's`,
    };
  };
}

function answered(answer: number | string): string {
  return typeof answer === "number" ? `was answered ${answer}` : `was not answered: ${answer}`;
}

function without(headers: Readonly<Record<string, string>>, sender: Sender<never>): Record<string, string> {
  const credentials = new Set(sender.definition.auth.credentialHeaders);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !credentials.has(name.toLowerCase())));
}

async function post(
  {
    method,
    url,
    headers,
    body,
  }: { method: string; url: string; headers: Readonly<Record<string, string>>; body: Uint8Array },
  timeoutSeconds: number,
): Promise<number | string> {
  try {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const answer = await fetch(url, { method, headers, body: Buffer.from(body), redirect: "manual", signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as { code?: unknown; message?: unknown };
    return String(code ?? message);
  }
}
