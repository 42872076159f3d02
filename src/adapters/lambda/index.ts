// AWS Lambda handler for requests of API Gateway and function URLs.

import type { Outcome } from "../../core/outcome.js";
import type { Reply } from "../../core/reply.js";
import { coreOf } from "../../create-receiver.js";
import type { ReceiverCore } from "../../receiver/receiver.js";
import { type ApiGatewayV1Event, type ApiGatewayV2Event, deliveryOf } from "./event.js";

export type { ApiGatewayV1Event, ApiGatewayV2Event } from "./event.js";

/** The answer for API Gateway and function URLs. */
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

/** Reserved for sending the answer, and for AWS to end the invocation. */
const SPARE_MS = 500;
/** Used without a context, as in tests: Lambda's maximum run time. */
const LONGEST_RUN_MS = 900_000;

/**
 * A Lambda handler for a receiver: API Gateway REST and HTTP APIs (payload formats 1.0 and 2.0) and function URLs.
 *
 * Promise: bodies are the received bytes, base64 or not; the client's address is the one that AWS saw; HTTPS is assumed,
 * since Lambda has nothing else. Nothing runs after the answer on Lambda, so when the receiver answers 503
 * because a handler still runs, this waits for that handler until the invocation nears its end.
 * Not promised: data that AWS changes. A REST API without binary media types passes text, and a body that is not
 * UTF-8 is damaged; a REST API decodes the query, so a sender that signs the URL needs payload format 2.0 or no query; and
 * format 2.0 joins header lines, so a repeated credential is detected only if its value has no commas.
 *
 * @param receiver - From `createReceiver`, with a shared store: each instance of a function has its own memory.
 * @throws {TypeError} When built with something else. Its promise rejects for an event that is not an HTTP request.
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
  // Two parameters only: Lambda treats a handler with three as one with a callback.
  return async function handleLambda(event, context) {
    const outcome = await core.pipeline.receive(deliveryOf(event));
    if (outcome.events.some(({ name }) => name === "handler_running")) await runsOf(core, context);
    return answerOf(outcome);
  };
}

/** Waits for running handlers until the invocation nears its end. */
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
