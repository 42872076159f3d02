// Sends a test delivery from the page into a receiver, without HTTP.
import type { DeliveryInput } from "../core/delivery.js";
import type { Outcome } from "../core/outcome.js";
import type { ReceiverCore } from "../receiver/receiver.js";
import type { BoundTestSender, SendOptions, SentDelivery } from "../test-sender/test-sender.js";
import { cut, toneOf } from "./ending-view.js";
import type { DeliveryRecord } from "./record.js";
import { type Act, acting } from "./recorder.js";
import type { Fault, SendOrder, SentView } from "./wire.js";

/** What the page can watch and send to. */
export interface Target {
  readonly receive: (delivery: DeliveryInput) => Promise<Outcome>;
  readonly core: ReceiverCore;
}

/** The order cannot be carried out, and the sender of it can mend it. */
export class BadOrder extends Error {
  override readonly name = "BadOrder";
}

const FAULT_OPTIONS: Readonly<Record<Fault, Partial<SendOptions>>> = {
  none: {},
  tampered: { tamper: true },
  stale: { stale: true },
  unsigned: { unsigned: true },
  wrongKey: { wrongKey: true },
};

/** Where this sender registered us, as far as we know. */
export function urlOf({ settings, sender }: ReceiverCore): string {
  const [url] = settings.publicUrls;
  if (url === undefined) return `https://example.com/webhooks/${sender.name}`;
  return /^https?:\/\/[^/?#]+\/?$/.test(url) ? `${url.replace(/\/$/, "")}/webhooks/${sender.name}` : url;
}

export function whyNotSigned({ sender }: ReceiverCore): string | null {
  if (sender.definition.auth.sign !== undefined) return null;
  return `${sender.name} proves itself by something that no key of ours can make`;
}

/** @throws {BadOrder} Where it is malformed, or cannot be signed. */
export async function sendTest(target: Target, order: SendOrder): Promise<SentView> {
  const { type, payload, id, fault } = order;
  const options = { ...FAULT_OPTIONS[fault], ...(id === "" ? {} : { id }) };
  const value = payload.trim() === "" ? undefined : parsed(payload);
  return act(target, "test", (test) => test.send(type, value, options));
}

/** The same event again, byte for byte, signed anew as a retry is. */
export async function replay(target: Target, record: DeliveryRecord): Promise<SentView> {
  const { summary, headers, body } = record;
  const kept = headers.filter(({ value }) => value !== null).map(({ name, value }) => [name, value as string]);
  const request = {
    method: summary.method ?? "POST",
    url: absolute(target.core, record),
    headers: Object.fromEntries(kept) as Record<string, string>,
    body,
    id: summary.eventId ?? undefined,
  };
  const { remoteAddress } = record;
  const from = remoteAddress === undefined ? {} : { from: remoteAddress };
  return act(target, "replay", (test) => test.send("", undefined, { ...from, duplicateOf: { request } }));
}

/** As it was called, at the place where it is registered. */
function absolute({ settings }: ReceiverCore, record: DeliveryRecord): string {
  const target = record.target;
  const [url] = settings.publicUrls;
  if (url === undefined) return `${record.isSecure ? "https" : "http"}://example.com${target}`;
  if (/^https?:\/\/[^/?#]+\/?$/.test(url)) return url.replace(/\/$/, "") + target;
  const at = target.indexOf("?");
  return url.includes("?") || at < 0 ? url : url + target.slice(at);
}

async function act(
  { receive, core }: Target,
  by: Act["by"],
  send: (test: BoundTestSender) => Promise<SentDelivery>,
): Promise<SentView> {
  // Not before it is used: the page alone needs none of it.
  const { createTestSender } = await import("../test-sender/test-sender.js");
  const order: Act = { by };
  const test = createTestSender(core.sender, { to: { receive }, url: urlOf(core), now: core.settings.now });
  try {
    const sent = await acting.run(order, () => send(test));
    const outcome = sent.outcome as Outcome;
    return {
      status: sent.status,
      outcome: outcome.name,
      tone: toneOf(outcome.name, sent.status, outcome.retry),
      hint: cut(outcome.hint),
      n: order.n ?? null,
    };
  } catch (cause) {
    if (cause instanceof TypeError) throw new BadOrder(cause.message, { cause });
    throw cause;
  } finally {
    await test.close();
  }
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch (cause) {
    throw new BadOrder(`the payload is no JSON: ${(cause as Error).message}`);
  }
}
