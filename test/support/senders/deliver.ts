// A receiver of one sender, and what its handler saw.
import { createReceiver, type DeliveryInput, type Outcome, type ReceiverOptions, type Sender } from "hookgate";

export interface Seen {
  readonly type: string;
  readonly id: string | undefined;
  readonly payload: unknown;
  readonly verified: boolean;
}

export interface Delivered {
  readonly seen: Seen[];
  readonly receive: (input: DeliveryInput) => Promise<Outcome>;
}

export function delivered<Events>(sender: Sender<Events>, options: ReceiverOptions = {}): Delivered {
  const seen: Seen[] = [];
  const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    onError() {},
    dedupe: false,
    ...options,
  }).on("*", ({ type, id, payload, verified }) => void seen.push({ type, id, payload, verified }));
  return { seen, receive: (input) => receiver.receive(input) };
}

export const JSON_TYPE = { "content-type": "application/json" };
export const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
