// Verifies WebSub's deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import type { HmacAlgorithm } from "../auth/signature/compile.js";
import { queryParameter } from "../core/delivery.js";
import { literal } from "../core/field.js";
import type { Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { checkChallenge, okText } from "./shared/handshakes.js";

/** Options of `websub`. */
export interface WebsubOptions {
  /** `hub.secret` of the subscription. */
  readonly secret: Secrets;
  /** The topics you want, exactly as subscribed to; or `"*"`. What is not among them is not confirmed, and what is, is not given up. */
  readonly topics: "*" | readonly string[];
}

/** Likeliest first; the first one signs in tests. */
const ALGORITHMS: readonly HmacAlgorithm[] = ["sha256", "sha1", "sha384", "sha512"];
/** WebSub section 5.3: the answer to what one does not want. */
const NOT_WANTED = { status: 404, headers: {}, body: "" };

function intent({ topics }: WebsubOptions): Handshake {
  const isList = Array.isArray(topics) && topics.every((topic) => typeof topic === "string" && topic !== "");
  if (topics !== "*" && !isList) {
    throw new TypeError(
      'websub: topics must be a list of the topics you subscribe to, such as ["https://example.com/feed"], or "*"',
    );
  }
  const wanted = topics === "*" ? undefined : new Set(topics);
  return {
    name: "hub.challenge",
    methods: ["GET"],
    isUnsigned: true,
    answer({ url }) {
      const parameter = (name: string) => queryParameter(url, `hub.${name}`);
      const mode = parameter("mode");
      const topic = parameter("topic");
      if (mode === "denied") return okText("");
      if (typeof topic !== "string" || (mode !== "subscribe" && mode !== "unsubscribe")) return undefined;
      const isWanted = wanted?.has(topic) ?? true;
      // A stranger may ask the hub to end a subscription: only what is no longer among the topics is given up.
      if (wanted !== undefined && isWanted !== (mode === "subscribe")) return NOT_WANTED;
      const challenge = checkChallenge(parameter("challenge"));
      return typeof challenge === "string" ? okText(challenge) : challenge;
    },
  };
}

/**
 * WebSub hubs (PubSubHubbub), in JSON, Atom, RSS or whatever the topic is. The one type is `content`.
 *
 * Shape:   `X-Hub-Signature: <sha1|sha256|sha384|sha512>=<lower-case hex>` over the body
 * Source:  W3C Recommendation WebSub, sections 5.3, 7 and 7.1.
 * Promise: the body comes from a holder of the secret; what you do not want is not confirmed. Not promised: which topic it
 *          is (the `Link` header says it, unsigned: give each topic its own secret or URL), nor dedupe: there is no id.
 *
 * @throws {TypeError} When the secret is missing or malformed, or there are no topics.
 * @example createReceiver(websub({ secret: process.env.HUB_SECRET, topics: ["https://example.com/feed"] }))
 */
export const websub: SenderFactory<WebsubOptions> = /* @__PURE__ */ senderFactory({
  factory: "websub",
  name: "websub",
  options: ["secret", "topics"],
  define(options) {
    const { secret } = options;
    const [first, ...others] = ALGORITHMS.map((algorithm) =>
      hmac({ secret, algorithm, signature: { header: "x-hub-signature", encoding: "hex", prefix: `${algorithm}=` } }),
    );
    return {
      auth: anyOf(first as ReturnType<typeof hmac>, ...others),
      body: {
        "application/atom+xml": "text",
        "application/xml": "text",
        "application/*+xml": "text",
        "application/json": "json",
        "application/*+json": "json",
        "text/*": "text",
        "*/*": "bytes",
      },
      event: { type: literal("content") },
      handshakes: [intent(options)],
      reply: { unsubscribes: [410], honoursRetryAfter: false },
    };
  },
});
