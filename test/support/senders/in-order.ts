// Signs deliveries with their sender's own definition and gives them to one receiver, in order.
import { createReceiver, type EventOutcome, type Outcome, type Sender } from "hookgate";

export interface Sent {
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

export interface InOrder {
  readonly outcomes: readonly Outcome[];
  /** Runs of the handler. */
  readonly runs: number;
  readonly names: readonly string[];
  readonly events: readonly EventOutcome[];
}

export async function deliver<Types>(sender: Sender<Types>, ...sent: readonly Sent[]): Promise<InOrder> {
  let runs = 0;
  const receiver = createReceiver(sender, { logger: { warn() {}, error() {} } }).on("*" as never, () => void runs++);
  const outcomes: Outcome[] = [];
  for (const { headers = {}, body } of sent) {
    const request = {
      method: "POST",
      url: "https://example.com/hook",
      headers: { "content-type": "application/json", ...headers },
      body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
      timestampMs: Date.now(),
    };
    const signed = (await sender.definition.auth.sign?.(request)) ?? request;
    outcomes.push(await receiver.receive({ headers: signed.headers, body: signed.body }));
  }
  return {
    outcomes,
    runs,
    names: outcomes.map((outcome) => outcome.name),
    events: outcomes.flatMap((one) => one.events),
  };
}

export function idsOf(events: readonly EventOutcome[]): readonly (string | undefined)[] {
  return events.map((event) => event.id);
}
