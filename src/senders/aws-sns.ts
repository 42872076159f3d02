// Verifies AWS SNS's deliveries and locates their events.
import { fetchBytes } from "../auth/keys/bounded-fetch.js";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { publicKey } from "../auth/schemes/public-key.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { type Auth, type Proof, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { json } from "../core/field.js";
import type { Rejection } from "../core/outcome.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import { isPromise } from "../lib/maybe-promise.js";
import type { Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { okText } from "./shared/handshakes.js";

/** Options of `awsSns`. */
export interface AwsSnsOptions {
  /**
   * Topics that may send here, by their ARN; `:*` at the end stands for all topics of an account and region. AWS signs for
   * everybody who has a topic, so this is what makes a message yours.
   */
  readonly topicArns: string | readonly string[] | undefined;
  /** Instead of fetching the certificate that a message names: keys, or certificates as PEM. For tests. */
  readonly publicKey?: PublicKeyText | readonly PublicKeyText[] | undefined;
}

const HOST = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?$/;
const CERTIFICATE_PATH = /^\/[A-Za-z0-9_-]+\.pem$/;
/** docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html: names of 1 to 256 characters. */
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;
const WILDCARD_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:\*$/;
const CONFIRM_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;

const NOTIFICATION = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const CONFIRMATION = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
/** Of an UnsubscribeConfirmation the documentation and the vendor's library disagree. */
const WITHOUT_TOKEN = /* @__PURE__ */ CONFIRMATION.filter((name) => name !== "Token");
/** The signed members of each type, in their order (docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html). */
const SIGNED_MEMBERS: ReadonlyMap<unknown, readonly (readonly string[])[]> = new Map([
  ["Notification", [NOTIFICATION]],
  ["SubscriptionConfirmation", [CONFIRMATION]],
  ["UnsubscribeConfirmation", [CONFIRMATION, WITHOUT_TOKEN]],
]);
/** A notification has it only where its publisher gave one. */
const OPTIONAL_MEMBER = "Subject";
/** Members are joined by line breaks: one within a member would let the text be cut into other members. */
const FREE_TEXT_MEMBER = "Message";

const NOT_JSON = /* @__PURE__ */ refuse("bad_credentials", "the body is not a JSON object");
const OTHER_TYPE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "Type is none of Notification, SubscriptionConfirmation and UnsubscribeConfirmation",
);
const NO_TEXT = /* @__PURE__ */ refuse(
  "bad_credentials",
  "a signed member of the message is missing, is no text, or holds a line break that only Message may hold",
);

const SIGNED: SignedText = {
  covers: { body: false, method: false, url: false, headers: [], fields: NOTIFICATION },
  texts({ body }) {
    const parsed = parseJson(body);
    if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return NOT_JSON;
    const members = parsed.value as Record<string, unknown>;
    const lists = SIGNED_MEMBERS.get(members.Type);
    if (lists === undefined) return OTHER_TYPE;
    const texts: string[] = [];
    for (const names of lists) {
      const present = names.filter((name) => name !== OPTIONAL_MEMBER || isGiven(members, name));
      if (!present.every((name) => isSignable(members, name))) return NO_TEXT;
      texts.push(present.map((name) => `${name}\n${String(members[name])}\n`).join(""));
    }
    return texts;
  },
};

function isGiven(members: Record<string, unknown>, name: string): boolean {
  return Object.hasOwn(members, name) && members[name] !== null;
}

function isSignable(members: Record<string, unknown>, name: string): boolean {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return typeof value === "string" && (name === FREE_TEXT_MEMBER || !/[\r\n]/.test(value));
}

function snsAuth({ topicArns, publicKey: keys }: AwsSnsOptions): Auth {
  const isOurs = compileTopics(topicArns);
  const auth = publicKey({
    ...(keys === undefined
      ? { certificate: { url: json("SigningCertURL"), hosts: [HOST], path: CERTIFICATE_PATH } }
      : { publicKey: keys }),
    algorithm: { by: json("SignatureVersion"), names: { "1": "rsa-v1_5-sha1", "2": "rsa-v1_5-sha256" } },
    signed: SIGNED,
    timestamp: json("Timestamp", "rfc3339"),
    signature: { at: json("Signature"), encoding: "base64" },
  });
  return {
    ...auth,
    verify(delivery, context) {
      const proof = auth.verify(delivery, context);
      const ours = (settled: Proof): Proof => (settled.ok && !isOurs(topicOf(delivery)) ? OTHER_TOPIC : settled);
      return isPromise(proof) ? proof.then(ours) : ours(proof);
    },
  };
}

const OTHER_TOPIC = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the message is AWS', but of a topic that is not among topicArns",
);

function topicOf({ body }: Delivery): unknown {
  const parsed = parseJson(body);
  return parsed.ok ? memberOf(parsed.value, "TopicArn") : undefined;
}

function compileTopics(given: AwsSnsOptions["topicArns"]): (arn: unknown) => boolean {
  const arns: readonly unknown[] = Array.isArray(given) ? given : [given];
  const bad = arns.find((arn) => typeof arn !== "string" || !(TOPIC_ARN.test(arn) || WILDCARD_ARN.test(arn)));
  if (bad !== undefined || arns.length === 0 || given === undefined) {
    throw new TypeError(
      `awsSns: topicArns must hold ARNs of topics, such as "arn:aws:sns:us-east-1:123456789012:orders", or ":*" for all of an account; got ${JSON.stringify(bad)}`,
    );
  }
  const exact = new Set(arns as string[]);
  const starts = (arns as string[]).filter((arn) => arn.endsWith(":*")).map((arn) => arn.slice(0, -1));
  return (arn) =>
    typeof arn === "string" && TOPIC_ARN.test(arn) && (exact.has(arn) || starts.some((start) => arn.startsWith(start)));
}

/** Signed, and of a topic of ours: what it names is asked, if it is AWS' and confirms a subscription. */
const CONFIRM: Handshake = {
  name: "SubscriptionConfirmation",
  methods: ["POST"],
  isUnsigned: false,
  answer({ body }) {
    if (!body.includes('"SubscriptionConfirmation"')) return undefined;
    const parsed = parseJson(body);
    if (!parsed.ok || memberOf(parsed.value, "Type") !== "SubscriptionConfirmation") return undefined;
    const url = memberOf(parsed.value, "SubscribeURL");
    return typeof url === "string" && isConfirmUrl(url) ? confirm(url) : OTHER_URL;
  },
};
const OTHER_URL: Rejection = {
  name: "bad_payload",
  hint: "SubscribeURL is not one of AWS' that confirms a subscription; nothing was fetched",
};

async function confirm(url: string) {
  try {
    await fetchBytes(url, {
      what: "the confirmation",
      accept: "*/*",
      timeoutMs: CONFIRM_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return okText("");
  } catch (error) {
    return { name: "undecided", hint: "AWS did not confirm the subscription", error } satisfies Rejection;
  }
}

function isConfirmUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.protocol !== "https:" || url.port !== "" || url.username !== "" || url.password !== "") return false;
  return HOST.test(url.hostname) && url.pathname === "/" && url.searchParams.get("Action") === "ConfirmSubscription";
}

/** AWS SNS over HTTPS. Types are `Notification` and `UnsubscribeConfirmation`. */
export const awsSns: SenderFactory<AwsSnsOptions> = /* @__PURE__ */ senderFactory({
  factory: "awsSns",
  name: "aws-sns",
  options: ["topicArns", "publicKey"],
  define: (options) => ({
    auth: snsAuth(options),
    body: { "text/plain": "json", "application/json": "json" },
    toleranceSeconds: null,
    event: { id: json("MessageId"), type: json("Type"), timestamp: json("Timestamp", "rfc3339") },
    handshakes: [CONFIRM],
    reply: {
      timeLimitSeconds: 15,
      // A delivery policy retries for an hour at most.
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 1_048_576,
    },
  }),
});
