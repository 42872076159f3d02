// A receiver at a fixed time, whose handler notes type and id of each event as one text.
import { createReceiver, type DeliveryInput, type Outcome, type Sender } from "hookgate";

export const NOW_SECONDS = 1_700_000_000;

export interface Received {
  /** `<type> <id>`, or `<type> -` for an event without an id. */
  readonly seen: string[];
  readonly receive: (delivery: DeliveryInput) => Promise<Outcome>;
}

export function receiverOf(sender: unknown, nowSeconds: number = NOW_SECONDS): Received {
  const seen: string[] = [];
  const receiver = createReceiver(sender as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    now: () => nowSeconds * 1000,
  }).on("*", (event) => void seen.push(`${event.type} ${event.id ?? "-"}`));
  return { seen, receive: (delivery) => receiver.receive(delivery) };
}
