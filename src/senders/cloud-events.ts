// Verifies CloudEvents' deliveries and locates their events.

import type { Secrets } from "../auth/keys/secrets.js";
import { bearerToken } from "../auth/schemes/bearer-token.js";
import { mediaTypeOf } from "../body-formats/content-type.js";
import { dottedAll, header, json } from "../core/field.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `cloudEvents`. */
export interface CloudEventsOptions {
  /** The token the sender was given. */
  readonly token: Secrets;
  /** DNS names that may deliver here (`eventemitter.example.com`), or `"*"`. Default: none, so the handshake is refused. */
  readonly allowedOrigins?: "*" | readonly string[];
  /** Deliveries per minute we grant, where the sender asks. Default: unlimited (`*`). */
  readonly allowedPerMinute?: number;
}

/** An id is unique within its source, so both are the id. */
const STRUCTURED: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("source"), /* @__PURE__ */ json("id")),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("time", "rfc3339"),
  needsId: true,
};
const BATCH: EventRow = { ...STRUCTURED, each: "" };
const BINARY: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ header("ce-source"), /* @__PURE__ */ header("ce-id")),
  type: /* @__PURE__ */ header("ce-type"),
  timestamp: /* @__PURE__ */ header("ce-time", "rfc3339"),
  needsId: true,
};
const DNS_NAME = /^[A-Za-z0-9.-]{1,253}$/;

/**
 * Any sender of CloudEvents 1.0 over HTTP, in structured, batch and binary mode.
 *
 * Shape:   `Authorization: Bearer <token>`, or `?access_token=`; never both
 * Source:  github.com/cloudevents/spec, cloudevents/http-webhook.md.
 * Promise: the sender holds the token; the OPTIONS handshake grants exactly the origins named. `event.id` is
 *          `<source>.<id>`, and an event that lacks either is refused. Not promised: a token binds nothing of what was
 *          sent; and in binary mode any media type is read, as text, JSON or bytes.
 *
 * @param options.token - One, several while rotating, or a function of the delivery.
 * @param options.allowedOrigins - Default none: the handshake gets 403.
 * @param options.allowedPerMinute - Told to the sender, not enforced.
 * @throws {TypeError} When the token is missing, or an origin is no DNS name.
 * @example
 * createReceiver(cloudEvents({ token: process.env.EVENTS_TOKEN, allowedOrigins: ["emitter.example.com"] }))
 */
export const cloudEvents: SenderFactory<CloudEventsOptions> = /* @__PURE__ */ senderFactory({
  factory: "cloudEvents",
  name: "cloud-events",
  options: ["token", "allowedOrigins", "allowedPerMinute"],
  define: (options) => ({
    auth: bearerToken({ token: options.token, query: "access_token" }),
    body: {
      "application/cloudevents+json": "json",
      "application/cloudevents-batch+json": "json",
      "application/json": "json",
      "application/*+json": "json",
      "text/*": "text",
      // In binary mode the body is the event's data, of any type.
      "*/*": "bytes",
    },
    event({ headers }) {
      const contentType = mediaTypeOf(headers) ?? "";
      if (contentType.startsWith("application/cloudevents-batch")) return BATCH;
      return contentType.startsWith("application/cloudevents") || headers.get("ce-id") === undefined
        ? STRUCTURED
        : BINARY;
    },
    handshakes: [grant(options)],
    reply: { successStatuses: [200, 201, 202, 204], unsubscribes: [410] },
  }),
});

function grant({ allowedOrigins = [], allowedPerMinute }: CloudEventsOptions): Handshake {
  if (allowedPerMinute !== undefined && !(Number.isSafeInteger(allowedPerMinute) && allowedPerMinute > 0)) {
    throw new TypeError(
      `cloudEvents: allowedPerMinute must be a whole number, 1 or more, or left out; got ${allowedPerMinute}`,
    );
  }
  if (allowedOrigins !== "*") {
    for (const origin of allowedOrigins) {
      if (!DNS_NAME.test(origin))
        throw new TypeError(
          `cloudEvents: allowedOrigins must hold DNS names, such as "eventemitter.example.com"; got ${JSON.stringify(origin)}`,
        );
    }
  }
  const granted = allowedOrigins === "*" ? undefined : new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  return {
    name: "options",
    methods: ["OPTIONS"],
    isUnsigned: true,
    answer({ headers }) {
      const origin = headers.get("webhook-request-origin");
      if (origin === undefined) return undefined;
      if (!DNS_NAME.test(origin)) return { name: "bad_credentials", hint: "WebHook-Request-Origin is no DNS name" };
      if (granted !== undefined && !granted.has(origin.toLowerCase())) {
        return { name: "forbidden", hint: `${origin} is not in allowedOrigins` };
      }
      const rate =
        headers.get("webhook-request-rate") === undefined
          ? {}
          : { "webhook-allowed-rate": allowedPerMinute === undefined ? "*" : String(allowedPerMinute) };
      return { status: 200, headers: { allow: "POST", "webhook-allowed-origin": origin, ...rate }, body: "" };
    },
  };
}
