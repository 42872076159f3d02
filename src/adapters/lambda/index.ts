// The way of a request to AWS Lambda: from API Gateway or a function URL, and back.

import type { Outcome } from "../../core/outcome.js";
import type { Reply } from "../../core/reply.js";
import { coreOf } from "../../create-receiver.js";
import type { ReceiverCore } from "../../receiver/receiver.js";
import { type ApiGatewayV1Event, type ApiGatewayV2Event, deliveryOf } from "./event.js";

export type { ApiGatewayV1Event, ApiGatewayV2Event } from "./event.js";

/** What API Gateway and function URLs take as an answer. */
export interface LambdaAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
}

/** The part of Lambda's context that is used. */
export interface LambdaContext {
  getRemainingTimeInMillis?(): number;
}

/** AttemptCounter for the answer's own way, and for AWS to end the invocation in order. */
const SPARE_MS = 500;
/** Of a function without a context, as tests call it: Lambda's own longest run. */
const LONGEST_RUN_MS = 900_000;

/**
 * A Lambda handler for a receiver: API Gateway REST and HTTP APIs (payload formats 1.0 and 2.0) and function URLs.
 *
 * Promise: bodies are the bytes that came, base64 or not; the client's address is the one AWS saw; HTTPS counts as given,
 * for there is nothing else. Nothing runs after the answer on Lambda, so where the receiver has answered "come again"
 * because a handler still runs, this waits for that handler, for as long as the invocation may last, before it answers.
 * Not promised: what AWS has changed before. A REST API without binary media types hands over text, and a body that is not
 * UTF-8 is damaged; a REST API decodes the query, so a sender that signs its URL needs payload format 2.0 or no query; and
 * format 2.0 joins header lines, so a repeated credential is told only where its value holds no commas of its own.
 *
 * @param receiver - From `createReceiver`, with a shared store: each instance of a function has a memory of its own.
 * @throws {TypeError} When built with something else. Its promise rejects for an event that is no HTTP request.
 * @example
 * import { lambdaHandler } from "hookgate/lambda";
 *
 * export const handle = lambdaHandler(receiver);
 */
export function lambdaHandler(
  receiver: object,
): (event: ApiGatewayV1Event | ApiGatewayV2Event, context?: LambdaContext) => Promise<LambdaAnswer> {
  const core = coreOf(receiver);
  if (core === undefined) {
    throw new TypeError("lambdaHandler(receiver): receiver must come from createReceiver of the same copy of hookgate");
  }
  // Two parameters and a promise: a handler with three would be one with a callback.
  return async function handleLambda(event, context) {
    const outcome = await core.pipeline.receive(deliveryOf(event));
    if (outcome.events.some(({ name }) => name === "handler_running")) await runsOf(core, context);
    return answerOf(outcome);
  };
}

/** Waits for what runs, until little of the invocation is left. */
async function runsOf(core: ReceiverCore, context: LambdaContext | undefined): Promise<void> {
  const leftMs = context?.getRemainingTimeInMillis?.() ?? LONGEST_RUN_MS;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, leftMs - SPARE_MS));
  });
  const runs = Promise.allSettled(Array.from(core.runner.active, async (run) => run.ended));
  await Promise.race([runs, patience]);
  clearTimeout(timer);
}

function answerOf({ reply, method }: Outcome): LambdaAnswer {
  const { status, headers, body }: Reply = reply;
  const isBare = method === "HEAD" || status === 204;
  const isText = typeof body === "string";
  return {
    statusCode: status,
    headers: { ...headers },
    body: isBare ? "" : isText ? body : Buffer.from(body).toString("base64"),
    isBase64Encoded: !isBare && !isText,
  };
}
