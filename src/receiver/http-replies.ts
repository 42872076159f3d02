// Makes the HTTP reply of an outcome. Every authentication failure has the same bytes.
import type { Rejection } from "../core/outcome.js";
import { OUTCOMES, type OutcomeName, statusOf } from "../core/outcomes.js";
import type { Reply, ReplyProfile } from "../core/reply.js";
import type { DeliveryContext } from "./checks/check.js";

/** `Retry-After` in seconds, where the outcome itself does not say. What passes by itself in seconds gets seconds. */
const DEFAULT_RETRY_AFTER_SECONDS: Partial<Record<OutcomeName, number>> = {
  undecided: 30,
  store_unavailable: 10,
  closing: 5,
  overloaded: 5,
  body_timeout: 5,
};
const MAX_RETRY_AFTER_SECONDS = 60;
/** While keys are missing an hour may be asked for: nothing else will help. */
const MAX_UNDECIDED_SECONDS = 3_600;

/** The titles of our statuses, as `node:http` has them: loading it for these alone costs 3 ms. */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  405: "Method Not Allowed",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Entity",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** What the last word on a success needs of the receiver. */
export interface FinishingSide {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The sender's own function threw. */
  failed(cause: unknown): void;
}

/** The reply of an outcome. Without the delivery it is the one of the profile. */
export type ReplyTo = (rejection: Rejection, ctx?: DeliveryContext) => Reply;

/** Compiles a sender's replies: the success ones are made once. */
export function createReplies(profile: ReplyProfile, methods: readonly string[], side: FinishingSide): ReplyTo {
  const success: Reply = Object.freeze({
    status: profile.successStatus,
    headers: profile.successHeaders,
    body: profile.successBody,
  });
  const allow = methods.join(", ");
  const bodies = new Map<string, string>();

  const { finish } = profile;
  function finished(reply: Reply, name: OutcomeName, ctx: DeliveryContext | undefined): Reply {
    if (finish === undefined || ctx?.proof === undefined) return reply;
    const { delivery, payload, proof } = ctx;
    try {
      return finish(reply, { delivery, payload, proof, nowMs: side.now(), isDuplicate: name === "duplicate" });
    } catch (cause) {
      side.failed(cause); // the handler has succeeded: nothing may turn that into a failure
      return reply;
    }
  }

  return function replyTo(rejection, ctx) {
    if (rejection.reply !== undefined) {
      return rejection.name === "handshake" ? rejection.reply : finished(rejection.reply, rejection.name, ctx);
    }
    const row = OUTCOMES[rejection.name];
    const status = rejection.status ?? statusOf(rejection.name, profile);
    if (row.status === "success" && status === success.status) return finished(success, rejection.name, ctx);
    // A status that makes the sender stop is no problem of ours to describe.
    if (row.status === "stop") {
      return status === success.status ? finished(success, rejection.name, ctx) : { status, headers: {}, body: "" };
    }
    const headers: Record<string, string> = { "content-type": "application/problem+json", "cache-control": "no-store" };
    const retryAfterSeconds = retryAfterOf(rejection);
    if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
    if (rejection.name === "method_not_allowed") headers.allow = allow;
    if (status === 401 && rejection.challenge !== undefined) headers["www-authenticate"] = rejection.challenge;
    return { status, headers, body: rejectionBody(bodies, rejection.name, status) };
  };
}

/** Whole seconds, 1 to 60. */
export function retryAfterOf({ name, retryAfterSeconds }: Rejection): number | undefined {
  const seconds = retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS[name];
  if (seconds === undefined) return undefined;
  if (!(seconds > 1)) return 1;
  return Math.min(Math.ceil(seconds), name === "undecided" ? MAX_UNDECIDED_SECONDS : MAX_RETRY_AFTER_SECONDS);
}

/** RFC 9457 problem details: `about:blank` has the status' own title, and `code` is ours. */
function rejectionBody(bodies: Map<string, string>, name: OutcomeName, status: number): string {
  const key = `${name} ${status}`;
  let body = bodies.get(key);
  if (body === undefined) {
    body = JSON.stringify({ type: "about:blank", title: TITLES[status] ?? "Error", status, code: name });
    bodies.set(key, body);
  }
  return body;
}
