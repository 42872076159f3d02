// The application that every runtime runs: a receiver of every sender, built at module scope as users do.
import { createReceiver, type Receiver, type ReceiverOptions, type Sender } from "hookgate";
import * as senders from "hookgate/senders";
import { describeSender } from "hookgate/senders/facts";
import { sampleOptions } from "../../../scripts/sender-samples.js";
import {
  ANSWER_WITHIN_SECONDS,
  GROUPS,
  type Group,
  HANDLER_TIMEOUT_SECONDS,
  MAX_BODY_BYTES,
  ORIGIN,
} from "./limits.js";

type AnyReceiver = Receiver<Record<string, unknown>>;

/** What the driver asks for at the end. Keys are paths below the root: `webhooks/stripe`. */
export interface Report {
  /** How often the handler ran. */
  readonly runs: Record<string, number>;
  /** How often a handler's signal aborted. */
  readonly aborts: Record<string, number>;
  /** What receivers gave to `onError`. */
  readonly problems: string[];
}

const report: Report = { runs: {}, aborts: {}, problems: [] };
const receivers = new Map<string, AnyReceiver>();

for (const factory of Object.values<unknown>(senders).filter(senders.isSenderFactory)) {
  const about = describeSender(factory.about);
  const sender = factory(sampleOptions(about)) as unknown as Sender<Record<string, unknown>>;
  for (const group of GROUPS) receivers.set(`${group}/${about.factory}`, receiverOf(sender, group, about.factory));
}

function receiverOf(sender: Sender<Record<string, unknown>>, group: Group, factory: string): AnyReceiver {
  const path = `${group}/${factory}`;
  const isSlow = group === "slow";
  const options: ReceiverOptions = {
    maxBodyBytes: MAX_BODY_BYTES,
    logger: { warn() {}, error() {} },
    onError: (error) => {
      if (!isSlow) report.problems.push(`${path}: ${error.message}: ${String(error.cause)}`);
    },
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
    ...(isSlow ? { answerWithinSeconds: ANSWER_WITHIN_SECONDS, handlerTimeoutSeconds: HANDLER_TIMEOUT_SECONDS } : {}),
  };
  return createReceiver(sender, options).on("*", (_, { signal }) => {
    report.runs[path] = (report.runs[path] ?? 0) + 1;
    return isSlow ? untilAborted(signal, path) : undefined;
  });
}

function untilAborted(signal: AbortSignal, path: string): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      report.aborts[path] = (report.aborts[path] ?? 0) + 1;
      reject(signal.reason as Error);
    });
  });
}

/** `undefined` for any other path. */
export function receiverAt(url: string): AnyReceiver | undefined {
  const [, group, factory] = url.replace(/^[a-z]+:\/\/[^/]+/, "").split(/[/?]/);
  return receivers.get(`${group}/${factory}`);
}

export function reportText(): string {
  return JSON.stringify(report);
}

/** The application as a handler of the Fetch API. */
export async function handleFetch(request: Request, waitUntil?: (work: Promise<unknown>) => void): Promise<Response> {
  const receiver = receiverAt(request.url);
  return receiver?.fetch(request, waitUntil === undefined ? {} : { waitUntil }) ?? new Response(reportText());
}
