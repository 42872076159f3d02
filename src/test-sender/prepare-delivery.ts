// Makes the delivery that a test sender sends: composes it, signs it, and changes what the test wants changed.
import { writeField } from "../auth/request/write-field.js";
import type { SignableRequest } from "../core/auth.js";
import type { Sender } from "../sender/sender.js";
import { type Composed, compose, type SignedDelivery } from "./compose.js";
import { lowerCase } from "./encode-body.js";
import { refuseContradictions, type SendOptions, signedAt } from "./send-options.js";
import { tampered } from "./tamper.js";
import { signWithWrongKey } from "./wrong-key.js";

/** What a delivery was composed of before it was signed and changed. A duplicate of it is made from that. */
interface Origin {
  readonly composed: Composed;
  readonly path: string | undefined;
}
const origins = new WeakMap<SignedDelivery, Origin>();

export interface SigningSettings {
  readonly sender: Sender<never>;
  /** Signs in place of the sender's first secret. */
  readonly key: string | undefined;
  readonly now: () => number;
  readonly url: string | undefined;
}

/** @throws {TypeError} When two options contradict each other, or the sender cannot sign. */
export async function prepareDelivery(settings: SigningSettings, send: SendOptions): Promise<SignedDelivery> {
  const { sender, now, url } = settings;
  refuseContradictions(send);
  const timestampMs = signedAt(send, now);
  const composed =
    send.duplicateOf === undefined
      ? compose(sender, { ...(url === undefined ? {} : { url }), ...send }, timestampMs)
      : composedAgain(sender, send.duplicateOf.request, send, timestampMs);
  const signed = await credentialed(settings, composed.request, send);
  const { method, url: signedUrl, headers, body } = signed;
  const delivery: SignedDelivery = { method, url: signedUrl, headers, body, id: composed.id };
  const { auth } = sender.definition;
  const sent = send.tamper === undefined ? delivery : tampered(delivery, send.tamper, auth, timestampMs);
  origins.set(sent, { composed, path: pathOf(send) });
  return sent;
}

/** The path at the target. A duplicate is sent to the path of the first delivery. */
export function pathOf(send: SendOptions): string | undefined {
  return send.path ?? (send.duplicateOf === undefined ? undefined : origins.get(send.duplicateOf.request)?.path);
}

async function credentialed(
  { sender, key }: SigningSettings,
  request: SignableRequest,
  send: SendOptions,
): Promise<SignableRequest> {
  if (send.unsigned === true) return request;
  const { auth } = sender.definition;
  const sign = auth.sign?.bind(auth);
  if (sign === undefined) {
    throw new TypeError(
      `createTestSender: ${sender.name} cannot sign: its auth (${auth.scheme}) has no sign. Send with { unsigned: true } and headers of your own, or test with a sender whose auth can sign`,
    );
  }
  if (send.wrongKey === true) return signWithWrongKey(sender.name, async (wrong) => sign(request, wrong));
  return sign(request, key);
}

/** The same event: as it was composed for the first delivery, or, where that is unknown, its bytes without credentials. */
function composedAgain(sender: Sender<never>, first: SignedDelivery, send: SendOptions, timestampMs: number): Composed {
  const composed = origins.get(first)?.composed ?? withoutCredentials(sender, first);
  const { row, id } = composed;
  let request: SignableRequest = {
    ...composed.request,
    headers: { ...composed.request.headers, ...lowerCase(send.headers ?? {}) },
    timestampMs,
  };
  if (send.attempt !== undefined && row?.attempt?.in === "header") {
    request = writeField(request, row.attempt, send.attempt);
  }
  return { request, row, id };
}

function withoutCredentials(sender: Sender<never>, { method, url, headers, body, id }: SignedDelivery): Composed {
  const renewed = new Set(sender.definition.auth.credentialHeaders);
  const remaining = Object.fromEntries(Object.entries(headers).filter(([name]) => !renewed.has(name)));
  return { request: { method, url, headers: remaining, body, timestampMs: 0 }, id, row: undefined };
}
