// Signs a payload as its sender does, delivers it, and returns what the handler saw.
import type { Outcome, Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import type { SignedDelivery } from "../../../src/test-sender/compose.js";
import { type Delivered, delivered } from "./deliver.js";

const ORIGIN = "https://example.com";
/** The receiver's URL, wherever a sender signs one. */
export const HOOK_URL = `${ORIGIN}/hook`;

/** A sender of any options, for helpers that know nothing of its events. */
export function anySender(sender: unknown): Sender<Record<string, unknown>> {
  return sender as Sender<Record<string, unknown>>;
}

export interface SendMore {
  readonly headers?: Record<string, string>;
  readonly contentType?: string;
  readonly key?: string;
}

export interface Sent extends Delivered {
  readonly outcome: Outcome;
  readonly signed: SignedDelivery;
}

export async function send(given: unknown, payload: unknown, more: SendMore = {}): Promise<Sent> {
  const sender = anySender(given);
  const { seen, receive } = delivered(sender, { publicUrl: HOOK_URL });
  const { key, ...request } = more;
  const signed = await createTestSender(sender, { url: HOOK_URL, ...(key === undefined ? {} : { key }) }).sign({
    payload,
    ...request,
  });
  const outcome = await receive({ ...signed, url: signed.url.slice(ORIGIN.length) });
  return { seen, outcome, signed, receive };
}
