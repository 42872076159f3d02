// The table of outcomes: status, retry and meaning of each. Code, README and docs are tested against it.
import type { ReplyProfile } from "./reply.js";

/** One row of the table. */
export interface OutcomeRow {
  /** `success` and `stop` are the statuses of the sender's reply profile. */
  readonly status: number | "success" | "stop";
  /** Whether the sender should retry. */
  readonly retry: boolean;
  /** What happened. */
  readonly meaning: string;
  /** What the operator can do about it; empty where there is nothing to do. */
  readonly fix: string;
}

function row(status: OutcomeRow["status"], retry: boolean, meaning: string, fix = ""): OutcomeRow {
  return { status, retry, meaning, fix };
}

/** How a delivery or an event can end. The `code` in the body of a rejection is this name. */
export type OutcomeName =
  | "processed"
  | "accepted"
  | "ignored"
  | "empty"
  | "duplicate"
  | "superseded"
  | "discarded"
  | "handshake"
  | "forbidden"
  | "method_not_allowed"
  | "too_many_headers"
  | "body_too_large"
  | "bad_body"
  | "unsupported_media_type"
  | "body_timeout"
  | "bad_credentials"
  | "unauthenticated"
  | "undecided"
  | "bad_payload"
  | "unidentified"
  | "invalid_event"
  | "in_flight"
  | "handler_failed"
  | "handler_running"
  | "retry_later"
  | "store_unavailable"
  | "closing"
  | "overloaded"
  | "misconfigured"
  | "internal_error";

/** Every outcome with its status, retry, meaning and fix. */
export const OUTCOMES: Readonly<Record<OutcomeName, OutcomeRow>> = {
  processed: /* @__PURE__ */ row("success", false, "The handler ran and returned."),
  accepted: /* @__PURE__ */ row("success", false, "The event is safe in the inbox and will be handled from there."),
  ignored: /* @__PURE__ */ row(
    "success",
    false,
    "No handler is registered for this type.",
    "Register one with `on`, or unsubscribe from the type at the sender.",
  ),
  empty: /* @__PURE__ */ row("success", false, "The delivery holds no events."),
  duplicate: /* @__PURE__ */ row("success", false, "The event was handled before."),
  superseded: /* @__PURE__ */ row(
    "success",
    false,
    "A newer event of the same entity arrived earlier (`order`), so the handler was not run.",
  ),
  discarded: /* @__PURE__ */ row("stop", false, "The handler threw `Discard`: the event is not retried."),
  handshake: /* @__PURE__ */ row("success", false, "A handshake was answered as the sender asks."),
  forbidden: /* @__PURE__ */ row(
    403,
    false,
    "The source address is not allowed or not known, or HTTPS is required and was not used.",
    "Compare the address in the trace with `allow`; behind a proxy, set `trustedProxies`.",
  ),
  method_not_allowed: /* @__PURE__ */ row(
    405,
    false,
    "The method is not one the sender uses.",
    "Mount with `app.use`, and check what calls this URL.",
  ),
  too_many_headers: /* @__PURE__ */ row(431, false, "More than 100 header lines came.", "Check what calls this URL."),
  body_too_large: /* @__PURE__ */ row(
    413,
    false,
    "The body is larger than `maxBodyBytes`.",
    "Raise `maxBodyBytes` if the sender may send that much.",
  ),
  bad_body: /* @__PURE__ */ row(400, false, "The body was cut off, or is not what Content-Length said."),
  unsupported_media_type: /* @__PURE__ */ row(
    415,
    false,
    "The content type or encoding is not one the sender uses.",
    "Check the format chosen at the sender.",
  ),
  body_timeout: /* @__PURE__ */ row(503, true, "The body did not arrive within `bodyTimeoutSeconds`."),
  bad_credentials: /* @__PURE__ */ row(400, false, "A credential is malformed or was given more than once."),
  unauthenticated: /* @__PURE__ */ row(
    401,
    false,
    "The proof of origin is absent or wrong, or the delivery is stale or from the future.",
    "Compare the secret, the clock and the raw body; `hookgate verify` finds the cause in a recorded delivery.",
  ),
  undecided: /* @__PURE__ */ row(
    503,
    true,
    "Keys, secrets or the address list were unavailable, so nothing was decided.",
    "Check that the source of the keys, secrets or addresses answers.",
  ),
  bad_payload: /* @__PURE__ */ row(400, false, "The delivery is genuine, but its body cannot be parsed."),
  unidentified: /* @__PURE__ */ row(
    400,
    false,
    "The delivery is genuine, but cannot be an event: its payload is no object, or its unsigned type does not fit its signed body.",
  ),
  invalid_event: /* @__PURE__ */ row(
    500,
    true,
    "The event does not match its schema.",
    "Correct the schema and deploy; `onInvalid` chooses the reply until then.",
  ),
  in_flight: /* @__PURE__ */ row(503, true, "Another delivery of the event is being handled right now."),
  handler_failed: /* @__PURE__ */ row(
    500,
    true,
    "The handler threw.",
    "Fix the handler; the sender retries if it does at all.",
  ),
  handler_running: /* @__PURE__ */ row(
    503,
    true,
    "The handler was still running when the sender's time limit ended; it continues.",
    "Make the handler faster, or use an inbox.",
  ),
  retry_later: /* @__PURE__ */ row(503, true, "The handler threw `RetryLater`."),
  store_unavailable: /* @__PURE__ */ row(
    503,
    true,
    "The dedupe store or the inbox did not answer.",
    "Check that the store answers within a second.",
  ),
  closing: /* @__PURE__ */ row(503, true, "The receiver is closing."),
  overloaded: /* @__PURE__ */ row(
    503,
    true,
    "`maxConcurrent` handlers are running, `maxBufferedBytes` of bodies are held, or the store is full of running events.",
  ),
  misconfigured: /* @__PURE__ */ row(
    500,
    true,
    "The receiver is configured wrongly.",
    "Correct the configuration and deploy; the sender retries.",
  ),
  internal_error: /* @__PURE__ */ row(
    500,
    true,
    "hookgate itself failed.",
    "Please report it, with the error and its stack.",
  ),
};

/** The status that the sender gets. */
export function statusOf(name: OutcomeName, profile: ReplyProfile): number {
  const { status } = OUTCOMES[name];
  if (status === "success") return profile.successStatus;
  if (status === "stop") return profile.stopStatus ?? profile.successStatus;
  return status;
}
