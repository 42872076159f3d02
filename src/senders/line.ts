// LINE and LINE WORKS: HMAC over the body, and batches.
import { mac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What every LINE event is at least. */
export interface LineEnvelope {
  type: string;
  webhookEventId: string;
  timestamp: number;
}

/** LINE's Messaging API. Types are `message`, `follow`, `postback`, … */
export const line: SecretSender<LineEnvelope> = senderFactory({
  factory: "line",
  name: "line",
  title: "LINE Messaging API",
  credential: "LINE Developers Console → the channel → Basic settings → Channel secret. Used as text.",
  proof: "`x-line-signature: <base64>`, HMAC-SHA256 over the body.",
  exampleType: "message",
  retries: "Only where webhook redelivery is switched on in the console; `deliveryContext.isRedelivery` tells.",
  notes: [
    "One delivery holds several events, or none: the console's Verify button sends an empty array, which is success.",
    "LINE does not publish its addresses.",
  ],
  sources: [
    "github.com/line/line-bot-sdk-nodejs@3c0a10c716, lib/validate-signature.ts, lib/webhook/model",
    "public projects built on it agree: redelivery is off by default, and keeps `webhookEventId`",
  ],
  unconfirmed: ["2 s time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-line-signature", encoding: "base64" } }),
    event: {
      each: "events",
      id: json("webhookEventId"),
      type: json("type"),
      timestamp: json("timestamp", "unix-milliseconds"),
    },
    reply: { retries: false, timeLimitSeconds: 2, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** What every LINE WORKS callback is at least. */
export interface LineWorksEnvelope {
  type: string;
  issuedTime: string;
}

/** LINE WORKS' (NAVER WORKS') bot callbacks. Types are `message`, `postback`, `join`, … */
export const lineWorks: SecretSender<LineWorksEnvelope> = senderFactory({
  factory: "lineWorks",
  name: "line-works",
  title: "LINE WORKS",
  credential: "Developer Console → Bot → the bot → Bot Secret. Used as text.",
  proof: "`X-WORKS-Signature: <base64>`, HMAC-SHA256 over the body.",
  exampleType: "message",
  retries: "Not by itself.",
  notes: [
    "Korea and Japan. There is no id, so nothing is deduped.",
    "`X-WORKS-BotId`, which names the bot, is a header, and the signature does not cover it: one secret for each bot.",
  ],
  sources: ["third-party verification code that cites developers.worksmobile.com"],
  unconfirmed: ["`type` and `issuedTime` of the body", "no retries", "the time limit: 15 s is assumed"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-works-signature", encoding: "base64" } }),
    event: { type: json("type"), timestamp: json("issuedTime", "rfc3339") },
    reply: { retries: false, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
