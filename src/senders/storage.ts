// Dropbox, Box: files.
import { mac } from "../auth/schemes/hmac.js";
import { header, json, literal, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { echoQuery } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Dropbox' webhooks. The only type is `list_folder`: some accounts have changes. */
export const dropbox: SecretSender = senderFactory({
  factory: "dropbox",
  name: "dropbox",
  title: "Dropbox",
  credential: "App console → your app → App secret. Used as text.",
  proof: "`X-Dropbox-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "list_folder",
  retries: "With growing pauses; an app whose URL fails too often is disabled.",
  notes: [
    "The body names accounts, not changes: ask `list_folder/continue` what changed. Equal bodies are different events, so nothing is deduped.",
  ],
  sources: ["https://www.dropbox.com/developers/reference/webhooks"],
  unconfirmed: ["how long it retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-dropbox-signature", encoding: "hex" } }),
    event: { type: literal("list_folder") },
    dedupe: false,
    handshakes: [echoQuery("challenge")],
    reply: { timeLimitSeconds: 10, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const BOX_TIME = json("created_at", "rfc3339");
const BOX: EventRow = { id: json("id"), type: json("trigger"), timestamp: BOX_TIME };
const BOX_WITHOUT_ID: EventRow = { type: json("trigger"), timestamp: BOX_TIME };

/** Box' webhooks, version 2. Types are triggers: `FILE.UPLOADED`. */
export const box: SecretSender = senderFactory({
  factory: "box",
  name: "box",
  title: "Box",
  credential:
    "Developer Console → your app → Webhooks → Manage signature keys: primary and secondary, as a list of two. Used as text.",
  proof:
    "`BOX-SIGNATURE-PRIMARY` and `BOX-SIGNATURE-SECONDARY: <base64, 44 chars>`: HMAC-SHA256 over `<body><BOX-DELIVERY-TIMESTAMP>`, each with its own key; one that fits is enough. The time is RFC 3339.",
  exampleType: "FILE.UPLOADED",
  retries: "Up to twelve times within two hours.",
  notes: [
    "`BOX-DELIVERY-ID` changes with each attempt; `id` of the body stays.",
    "Times up to ten minutes old are accepted, as Box' own library does.",
  ],
  sources: ["box/box-typescript-sdk-gen @1a16c5bd8a", "box/developer.box.com"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{body}{timestamp}",
      timestamp: header("box-delivery-timestamp", "rfc3339"),
      signature: { header: ["box-signature-primary", "box-signature-secondary"], encoding: "base64" },
    }),
    toleranceSeconds: 600,
    // The body is signed, so nobody can take the id away.
    event: (_delivery, payload) => (memberOf(payload, "id") === undefined ? BOX_WITHOUT_ID : BOX),
    reply: { timeLimitSeconds: 30, retryHorizonSeconds: 3 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
