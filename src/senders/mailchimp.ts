// Verifies Mailchimp Marketing's deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { form, query } from "../core/field.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { okText } from "./shared/handshakes.js";
import type { TokenSender } from "./shared/options.js";

/** When the webhook is saved. It calls the URL as registered, token and all. */
const MAILCHIMP_LOOK: Handshake = {
  name: "look",
  methods: ["GET", "HEAD"],
  isUnsigned: false,
  answer: () => okText(""),
};

/** Mailchimp Marketing's audience webhooks. Types are `subscribe`, `unsubscribe`, `cleaned`. */
export const mailchimp: TokenSender = /* @__PURE__ */ senderFactory({
  factory: "mailchimp",
  name: "mailchimp",
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: query("token") }),
    body: { "application/x-www-form-urlencoded": "form" },
    event: { type: form("type") },
    handshakes: [MAILCHIMP_LOOK],
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
