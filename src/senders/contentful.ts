// Verifies Contentful's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { type Auth, type Covers, type Proof, refuse } from "../core/auth.js";
import { type Delivery, pathOf, queryOf } from "../core/delivery.js";
import { header } from "../core/field.js";
import { REPEATED } from "../lib/headers.js";
import { isPromise } from "../lib/maybe-promise.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const SIGNED_HEADERS = "x-contentful-signed-headers";
const TIMESTAMP = "x-contentful-timestamp";
const TOPIC = "x-contentful-topic";
const IDEMPOTENCY_KEY = "x-contentful-idempotency-key";
/** Contentful names some ten. */
const MAX_SIGNED_HEADERS = 50;

const NO_LIST = /* @__PURE__ */ refuse(
  "unauthenticated",
  `${SIGNED_HEADERS} does not say which headers are signed, the time among them`,
);
const NO_HEADER = /* @__PURE__ */ refuse(
  "unauthenticated",
  `a header that ${SIGNED_HEADERS} names is missing, or came more than once`,
);
/** Lines are `<name>:<value>`, with a semicolon between: a value that holds the beginning of one could be several. */
const NEXT_LINE = /;[^\s;:]+:|\n/;
const AMBIGUOUS = /* @__PURE__ */ refuse(
  "bad_credentials",
  "a signed header holds what could be another one, so the signature could fit other headers",
);
const NO_URL = /* @__PURE__ */ refuse("bad_credentials", "the path cannot be written as Contentful writes it");

/** The names that are signed, lower case; `undefined` where there is no sound list. */
function namesIn({ headers }: Pick<Delivery, "headers">): readonly string[] | undefined {
  const list = headers.onceList(SIGNED_HEADERS);
  if (typeof list !== "string") return undefined;
  const names = list.split(",").map((name) => name.trim().toLowerCase());
  const isSound = names.includes(TIMESTAMP) && names.length <= MAX_SIGNED_HEADERS && !names.includes("");
  return isSound ? names : undefined;
}

/** A query is encoded twice: so do their libraries. */
function canonicalPath(url: string): string | undefined {
  const query = queryOf(url);
  try {
    return encodeURI(query === undefined ? pathOf(url) : `${pathOf(url)}?${encodeURIComponent(query)}`);
  } catch {
    return undefined; // half of a surrogate pair
  }
}

const CANONICAL_REQUEST: SignedText = {
  covers: { body: true, method: true, url: true, headers: [TIMESTAMP] },
  usesTimestamp: true,
  texts(delivery) {
    const names = namesIn(delivery);
    if (names === undefined) return NO_LIST;
    const lines: string[] = [];
    for (const name of [...names].sort()) {
      const value = delivery.headers.onceList(name);
      if (value === undefined || value === REPEATED) return NO_HEADER;
      if (NEXT_LINE.test(value)) return AMBIGUOUS;
      lines.push(`${name}:${value.trim()}`);
    }
    const path = canonicalPath(delivery.url);
    if (path === undefined) return NO_URL;
    return [Buffer.concat([Buffer.from(`${delivery.method}\n${path}\n${lines.join(";")}\n`, "utf8"), delivery.body])];
  },
};

function contentfulAuth(secret: Secrets): Auth {
  const auth = hmac({
    secret,
    signed: CANONICAL_REQUEST,
    timestamp: header(TIMESTAMP, "unix-milliseconds"),
    signature: { header: "x-contentful-signature", encoding: "hex" },
  });
  return {
    ...auth,
    verify(delivery, context) {
      const proof = auth.verify(delivery, context);
      const covered = (settled: Proof): Proof =>
        settled.ok ? { ...settled, covers: withHeaders(settled.covers, namesIn(delivery) ?? []) } : settled;
      return isPromise(proof) ? proof.then(covered) : covered(proof);
    },
    sign(request, key) {
      const names = [...Object.keys(request.headers), SIGNED_HEADERS, TIMESTAMP].sort().join(",");
      return auth.sign?.({ ...request, headers: { ...request.headers, [SIGNED_HEADERS]: names } }, key) ?? request;
    },
  };
}

function withHeaders(covers: Covers, headers: readonly string[]): Covers {
  return { ...covers, headers };
}

/** Older webhooks come without a key. */
const BARE: EventRow = { type: /* @__PURE__ */ header(TOPIC) };
const KEYED: EventRow = { ...BARE, id: /* @__PURE__ */ header(IDEMPOTENCY_KEY) };

/** Contentful's webhooks with request verification. Types are topics: `ContentManagement.Entry.publish`. */
export const contentful: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "contentful",
  name: "contentful",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: contentfulAuth(secret),
    body: {
      "application/vnd.contentful.management.v1+json": "json",
      "application/json": "json",
      "application/*+json": "json",
      "application/x-www-form-urlencoded": "form",
    },
    toleranceSeconds: 30,
    event: ({ headers }) => (headers.has(IDEMPOTENCY_KEY) ? KEYED : BARE),
    reply: {
      methods: ["POST", "PUT", "PATCH", "DELETE"],
      timeLimitSeconds: 30,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      // An entry has up to 2 MB.
      maxBodyBytes: 5_242_880,
    },
  }),
});
