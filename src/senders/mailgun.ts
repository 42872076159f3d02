// Verifies Mailgun's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import { unwrapped, type Wrapping } from "../auth/unwrap.js";
import { mediaTypeOf } from "../body-formats/content-type.js";
import { multipart } from "../body-formats/multipart-format.js";
import { multipartParts } from "../body-formats/multipart-parts.js";
import { type Auth, type Refusal, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { dottedAll, form, ifPresent, json, literal } from "../core/field.js";
import { parseFormBody } from "../lib/form.js";
import { decodeUtf8 } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const FORM_TYPE = "application/x-www-form-urlencoded";
const MULTIPART_TYPE = "multipart/form-data";
const WEBHOOK: EventRow = {
  // Mailgun's ids are unique within a day only.
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ ifPresent(/* @__PURE__ */ json("event-data.timestamp")),
    /* @__PURE__ */ json("event-data.id"),
  ),
  type: /* @__PURE__ */ json("event-data.event"),
};
/** Mail that a route posts. Its Message-Id is the stranger's who wrote it; the token is Mailgun's, and signed. */
const ROUTE: EventRow = { id: /* @__PURE__ */ form("token"), type: /* @__PURE__ */ literal("inbound") };

function isOf(type: string, { headers }: Pick<Delivery, "headers">): boolean {
  return mediaTypeOf(headers) === type;
}

function isForm(delivery: Pick<Delivery, "headers">): boolean {
  return isOf(FORM_TYPE, delivery) || isOf(MULTIPART_TYPE, delivery);
}

/** A token has 50 characters. */
const MAX_FIELD_BYTES = 1_024;
const SIGNED_FIELDS = ["timestamp", "token", "signature"];
const UNREADABLE = /* @__PURE__ */ refuse("bad_credentials", "the body is not the form that was expected");
const NOT_ONCE = /* @__PURE__ */ refuse("bad_credentials", "a signed field of the body came more than once");

/** Of a mail of many megabytes the proof sees its own three fields. Mail with attachments comes as multipart. */
const OWN_FIELDS: Wrapping = {
  see(delivery) {
    const fields = isOf(MULTIPART_TYPE, delivery) ? multipartFields(delivery) : formFields(delivery);
    if (!Array.isArray(fields)) return fields as Refusal;
    const own = fields.filter(([name]) => SIGNED_FIELDS.includes(name));
    if (own.length !== new Set(own.map(([name]) => name)).size) return NOT_ONCE;
    return { ...delivery, body: Buffer.from(new URLSearchParams(own).toString()) };
  },
  covers: (seen) => seen,
};

function multipartFields(delivery: Delivery): [string, string][] | Refusal {
  const parts = multipartParts(delivery);
  if ("ok" in parts) return parts;
  const own: [string, string][] = [];
  for (const { name, filename, bytes } of parts) {
    if (!SIGNED_FIELDS.includes(name)) continue;
    const text = filename === undefined && bytes.length < MAX_FIELD_BYTES ? decodeUtf8(bytes) : undefined;
    if (text === undefined) return UNREADABLE;
    own.push([name, text]);
  }
  return own;
}

function formFields({ body }: Delivery): [string, string][] | Refusal {
  const form = parseFormBody(body);
  if (!form.ok) return UNREADABLE;
  return Object.entries(form.value).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
}

/** One description for each body. The body that is parsed later is the one whose proof is asked. */
function mailgunAuth(secret: Secrets): Auth {
  const inJson = hmac({
    secret,
    signed: "{json:signature.timestamp}{json:signature.token}",
    patterns: { "json:signature.timestamp": /\d{10}/ },
    timestamp: json("signature.timestamp", "unix-seconds"),
    signature: { at: json("signature.signature"), encoding: "hex" },
  });
  const inForm = hmac({
    secret,
    signed: "{form:timestamp}{form:token}",
    patterns: { "form:timestamp": /\d{10}/ },
    timestamp: form("timestamp", "unix-seconds"),
    signature: { at: form("signature"), encoding: "hex" },
  });
  const inAnyForm = unwrapped(OWN_FIELDS, inForm);
  return {
    ...inJson,
    verify(delivery, context) {
      return (isForm(delivery) ? inAnyForm : inJson).verify(delivery, context);
    },
    sign(request, key) {
      const isFormed = (request.headers["content-type"] ?? "").startsWith(FORM_TYPE);
      const signed = (isFormed ? inForm : inJson).sign?.(isFormed ? request : withToken(request.body, request), key);
      return signed ?? request;
    },
  };
}

/** Mailgun makes a new token for each delivery; for tests the time will do. */
function withToken(body: Uint8Array, request: Parameters<NonNullable<Auth["sign"]>>[0]): typeof request {
  const payload = JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, unknown>;
  const signature = { token: `token-${request.timestampMs}`, ...(payload.signature as object | undefined) };
  return { ...request, body: Buffer.from(JSON.stringify({ ...payload, signature }), "utf8") };
}

/** Mailgun's webhooks and routes. Types are `delivered`, `failed`, `opened`; mail that a route posts is `inbound`. */
export const mailgun: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "mailgun",
  name: "mailgun",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mailgunAuth(secret),
    body: { "application/json": "json", [FORM_TYPE]: "form", [MULTIPART_TYPE]: multipart },
    event: (delivery) => (isForm(delivery) ? ROUTE : WEBHOOK),
    // Whether a retry has a new time and token is not known.
    retriesChange: ["signature.timestamp", "signature.token", "timestamp", "token"],
    reply: {
      successStatuses: [200],
      stopStatus: 406,
      retryHorizonSeconds: 9 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Mail has up to 25 MB, and its attachments come beside the whole of its text.
      maxBodyBytes: 52_428_800,
    },
  }),
});
