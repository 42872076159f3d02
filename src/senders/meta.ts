// Verifies Meta (Facebook, Instagram, Messenger, WhatsApp)'s deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { queryParameter } from "../core/delivery.js";
import { memberOf } from "../core/read-field.js";
import type { Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { echoQueryTo, okText, requireText } from "./shared/handshakes.js";
import { namedRows, UNTYPED } from "./shared/named-rows.js";
import type { VerifyTokenOptions } from "./shared/options.js";

/** One entry: of a page, a user, a WhatsApp account. */
export interface MetaEntry {
  id: string;
  changes?: readonly { field: string; value: unknown }[];
  messaging?: readonly unknown[];
}

const rowOf = /* @__PURE__ */ namedRows((type) => ({ each: "entry", type }));

/** Only to subscribe is a token shown; anything else by GET is nothing of Meta's. */
function subscription(verifyToken: string): Handshake {
  const echo = echoQueryTo({ parameter: "hub.verify_token", value: verifyToken }, "hub.challenge", okText);
  return {
    ...echo,
    name: "hub.challenge",
    answer: (delivery) =>
      queryParameter(delivery.url, "hub.mode") === "subscribe" ? echo.answer(delivery) : undefined,
  };
}

/**
 * Meta's webhooks: Facebook pages, Instagram, Messenger, WhatsApp. Types are what they are about: `page`, `instagram`,
 * `whatsapp_business_account`; one event for each entry.
 *
 * Shape:   `X-Hub-Signature-256: sha256=<lower-case hex, 64 chars>` over the body
 * Source:  Meta's documentation by way of hookdeck/webhook-skills.
 * Promise: the body comes from a holder of the app secret; the subscription's GET is answered where the verify token is
 *          right. Not promised: dedupe; entries have no id, only the messages inside of them have.
 *
 * @param options.verifyToken - You choose it, and give it to Meta with the URL.
 * @throws {TypeError} When an option is missing or malformed.
 * @example createReceiver(meta({ secret: process.env.META_APP_SECRET, verifyToken: "a long text" }))
 */
export const meta: SenderFactory<VerifyTokenOptions, MetaEntry> = /* @__PURE__ */ senderFactory({
  factory: "meta",
  name: "meta",
  options: ["secret", "verifyToken"],
  define: ({ secret, verifyToken }) => ({
    auth: hmac({ secret, signature: { header: "x-hub-signature-256", encoding: "hex", prefix: "sha256=" } }),
    event(_delivery, payload) {
      const object = memberOf(payload, "object");
      return typeof object === "string" ? rowOf(object) : UNTYPED;
    },
    privateHeaders: ["x-hub-signature"],
    handshakes: [subscription(requireText("meta", "verifyToken", verifyToken))],
    reply: {
      timeLimitSeconds: 5,
      retryHorizonSeconds: 7 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 3_145_728,
    },
  }),
});
