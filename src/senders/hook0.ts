// Hook0, and Coinbase, which sends through it: one header with two signatures, of which the stronger one counts.

import { anyOf } from "../auth/combine.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { type Auth, type Proof, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { header, json, literal, memberOf } from "../core/field.js";
import { isPromise } from "../lib/maybe-promise.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const SIGNATURE = "x-hook0-signature";
const HAS_V1 = /(?:^|,)\s*v1=/;
/** More headers than anybody signs. */
const MAX_SIGNED_HEADERS = 32;
const TIME = param("t", "unix-seconds");
const HEADER_MISSING = refuse("unauthenticated", "a header that the signature covers did not come");
const HEADERS_ILL = refuse("bad_credentials", "the list of signed headers is malformed, or one of them came twice");

/** `<t>.<names as they stand>.<their values, joined by dots>.<body>` */
const WITH_HEADERS: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  usesTimestamp: true,
  params: ["h"],
  texts(delivery, { timestamp, param: paramOf }) {
    const names = paramOf("h") ?? "";
    const values: string[] = [];
    for (const name of namesOf(names)) {
      const value = delivery.headers.once(name);
      if (value === undefined) return HEADER_MISSING;
      if (typeof value === "symbol") return HEADERS_ILL;
      values.push(value);
    }
    if (values.length > MAX_SIGNED_HEADERS) return HEADERS_ILL;
    const head = Buffer.from(`${timestamp}.${names}.${values.join(".")}.`, "latin1");
    return [Buffer.concat([head, delivery.body])];
  },
};

function namesOf(list: string): readonly string[] {
  return list === "" ? [] : list.toLowerCase().split(" ");
}

/** Where `v1` is there, it alone is verified: the weaker `v0` beside it would let its headers be changed. */
function hook0Auth(secret: Secrets): Auth {
  const body = mac({
    secret,
    signed: "{timestamp}.{body}",
    timestamp: TIME,
    signature: { header: SIGNATURE, encoding: "hex", form: { pairs: "v0" } },
  });
  const withHeaders = mac({
    secret,
    signed: WITH_HEADERS,
    timestamp: TIME,
    signature: { header: SIGNATURE, encoding: "hex", form: { pairs: "v1" } },
  });
  return {
    ...body,
    scheme: "hook0",
    verify(delivery, context) {
      const value = delivery.headers.onceList(SIGNATURE);
      if (typeof value !== "string" || !HAS_V1.test(value)) return body.verify(delivery, context);
      const proof = withHeaders.verify(delivery, context);
      const bind = (one: Proof) => (one.ok ? { ...one, covers: coversOf(delivery, value) } : one);
      return isPromise(proof) ? proof.then(bind) : bind(proof);
    },
  };
}

/** The headers are bound unless a dot in one of them leaves open where it ends. */
function coversOf(delivery: Delivery, signature: string) {
  const names = namesOf(/(?:^|,)\s*h=([^,]*)/.exec(signature)?.[1] ?? "");
  const isExact = names.every((name) => !(delivery.headers.get(name) ?? ".").includes("."));
  return { ...WITH_HEADERS.covers, headers: isExact ? names : [] };
}

const ID = header("x-event-id");
const ROWS: Readonly<Record<"header" | "eventType" | "type" | "event" | "none", EventRow>> = {
  header: { id: ID, type: header("x-event-type") },
  eventType: { id: ID, type: json("eventType") },
  type: { id: ID, type: json("type") },
  event: { id: ID, type: json("event") },
  none: { id: ID, type: literal("event") },
};

/** The type is the application's affair: a header of Hook0's, or whatever its body calls it. What the body says is signed. */
function typedRow({ headers }: Delivery, payload: unknown): EventRow {
  const named = (["eventType", "type", "event"] as const).find((name) => typeof memberOf(payload, name) === "string");
  if (named !== undefined) return ROWS[named];
  return headers.has("x-event-type") ? ROWS.header : ROWS.none;
}

/** Hook0, and whoever sends through it. Types are the body's `eventType`, `type` or `event`, or the header `X-Event-Type`. */
export const hook0: SecretSender = senderFactory({
  factory: "hook0",
  name: "hook0",
  title: "Hook0",
  credential: "The subscription's secret. Used as text.",
  proof:
    "`X-Hook0-Signature: t=<unix seconds>[,v0=<hex>][,h=<names, separated by spaces>,v1=<hex>]`. `v1`: HMAC-SHA256 over `<t>.<h>.<values joined by dots>.<body>`; `v0` over `<t>.<body>`. Where `v1` is there, it alone counts.",
  exampleType: "user.created",
  events:
    "id `X-Event-Id` of the headers, signed where `v1` lists it; type `eventType`, `type` or `event` of the body, all signed, or else the header `X-Event-Type`, or else `event`.",
  notes: [
    "A header with a dot in its value is not counted as signed: values are joined by dots, so it could be cut otherwise.",
  ],
  sources: ["github.com/hook0/hook0@86a9d66508, clients/conformance/signature.json"],
  unconfirmed: ["that `X-Event-Id` is always sent", "the header `X-Event-Type`", "the time limit and the retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hook0Auth(secret),
    event: typedRow,
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const CHARGE: EventRow = {
  id: json("event.id"),
  type: json("event.type"),
  timestamp: json("event.created_at", "rfc3339"),
  attempt: json("attempt_number"),
};
const PLATFORM: EventRow = { type: json("eventType") };
const PLATFORM_NAMED: EventRow = { id: ID, type: json("eventType") };

/** Coinbase Commerce's webhooks (`charge:confirmed`), and those of the developer platform, which come through Hook0. */
export const coinbaseCommerce: SecretSender = senderFactory({
  factory: "coinbaseCommerce",
  name: "coinbase-commerce",
  title: "Coinbase Commerce and Developer Platform",
  credential:
    "Commerce: Settings → Notifications → shared secret. Developer Platform: the secret given when the subscription was made. Both are used as text.",
  proof:
    "Commerce: `X-CC-Webhook-Signature: <lower-case hex, 64 chars>`, HMAC-SHA256 over the body. Developer Platform: `X-Hook0-Signature`, see Hook0.",
  exampleType: "charge:confirmed",
  events:
    "Commerce: id `event.id`, type `event.type` of the signed body. Developer Platform: type `eventType` of the signed body, id `X-Event-Id` of the headers where it comes; otherwise there is no dedupe.",
  retries: "Commerce: with growing intervals for up to three days; `attempt_number` counts.",
  sources: [
    "github.com/coinbase/coinbase-commerce-node@d46c596844",
    "github.com/hook0/hook0@86a9d66508, clients/conformance/signature.json",
  ],
  unconfirmed: [
    "three days of retries, and the time limit",
    "the member `eventType` and the header `X-Event-Id` of the Developer Platform",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: anyOf(mac({ secret, signature: { header: "x-cc-webhook-signature", encoding: "hex" } }), hook0Auth(secret)),
    event({ headers }, payload) {
      if (memberOf(payload, "event.type") !== undefined) return CHARGE;
      return headers.has("x-event-id") ? PLATFORM_NAMED : PLATFORM;
    },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
