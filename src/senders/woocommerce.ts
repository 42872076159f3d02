// Verifies WooCommerce's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dottedAll, header, ifPresent, json } from "../core/field.js";
import { parseFormBody } from "../lib/form.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { okText } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

const TOPIC = /* @__PURE__ */ header("x-wc-webhook-topic");
const MAX_PING_BYTES = 64;

/** When a webhook is saved: an unsigned form that holds the webhook's number and nothing else. */
const WOOCOMMERCE_PING: Handshake = {
  name: "ping",
  methods: ["POST"],
  isUnsigned: true,
  answer({ headers, body }) {
    if (headers.get("x-wc-webhook-signature") !== undefined || body.length > MAX_PING_BYTES) return undefined;
    const form = parseFormBody(body);
    if (!form.ok || Object.keys(form.value).length !== 1 || !/^\d{1,15}$/.test(String(form.value.webhook_id))) {
      return undefined;
    }
    return okText("");
  },
};

/** WooCommerce's webhooks. Types are topics: `order.created`. */
export const woocommerce: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "woocommerce",
  name: "woocommerce",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-wc-webhook-signature", encoding: "base64" } }),
    body: { "application/json": "json", "application/x-www-form-urlencoded": "form" },
    // The delivery's id is a hash of the webhook's number and the second: two orders of one second have the same.
    event: {
      id: dottedAll(TOPIC, ifPresent(json("id")), ifPresent(json("arg")), header("x-wc-webhook-delivery-id")),
      type: TOPIC,
    },
    handshakes: [WOOCOMMERCE_PING],
    reply: {
      retries: false,
      timeLimitSeconds: 60,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 5_242_880,
    },
  }),
});
