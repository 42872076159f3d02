// Verifies Auth0's deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import type { CustomFormat } from "../body-formats/format.js";
import { ndjson } from "../body-formats/ndjson.js";
import { header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { TokenSender } from "./shared/options.js";

/** The stream's setting decides, and the Content-Type does not say: an array, an object, or an object a line. */
const JSON_OR_LINES: CustomFormat = {
  name: "JSON, or JSON lines",
  parse(delivery) {
    const whole = parseJson(delivery.body);
    return whole.ok ? whole : ndjson.parse(delivery);
  },
  encode: (payload) => Buffer.from(JSON.stringify(payload), "utf8"),
};

const AUTH0_LOG: EventRow = {
  id: /* @__PURE__ */ json("log_id"),
  type: /* @__PURE__ */ json("data.type"),
  timestamp: /* @__PURE__ */ json("data.date", "rfc3339"),
};

const AUTH0_LOGS: EventRow = { ...AUTH0_LOG, each: "" };

/** Event streams, which are CloudEvents. */
const AUTH0_EVENT: EventRow = {
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("time", "rfc3339"),
};

/** Auth0's log streams and event streams. Types are log codes, `s`, `fp`, or `user.created`. */
export const auth0: TokenSender = /* @__PURE__ */ senderFactory({
  factory: "auth0",
  name: "auth0",
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header("authorization") }),
    body: { "application/json": JSON_OR_LINES, "application/*": JSON_OR_LINES, "text/*": JSON_OR_LINES },
    event: (_delivery, payload) => {
      if (Array.isArray(payload)) return AUTH0_LOGS;
      return memberOf(payload, "log_id") === undefined ? AUTH0_EVENT : AUTH0_LOG;
    },
    reply: { honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: 10_485_760 },
  }),
});
