// Exact Online: the signature is a member of the body, over the text of the member beside it.

import { mac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { refuse } from "../core/auth.js";
import { dotted, dottedAll, json, memberOf } from "../core/field.js";
import { decodeUtf8, parseJsonText } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { rawMember } from "./shared/raw-json.js";

const MEMBERS = ["Topic", "Action", "Key", "Division", "ClientId", "ExactOnlineEndpoint", "EventCreatedOn"];
const MAX_BODY_BYTES = 1_048_576;
const UNREADABLE = refuse("bad_credentials", "the body is not JSON of at most 1 MiB with one member Content");

const CONTENT: SignedText = {
  covers: {
    body: false,
    method: false,
    url: false,
    headers: [],
    fields: ["Content", ...MEMBERS.map((name) => `Content.${name}`)],
  },
  texts({ body }) {
    const text = body.length > MAX_BODY_BYTES ? undefined : decodeUtf8(body);
    if (text === undefined || !parseJsonText(text).ok) return UNREADABLE;
    const content = rawMember(text, "Content");
    return content === undefined ? UNREADABLE : [content];
  },
};

/** A second after the subscription an empty POST comes, unsigned. */
const EMPTY_POST: Handshake = {
  name: "empty post",
  methods: ["POST"],
  isUnsigned: true,
  answer: ({ body }) => (body.length === 0 ? { status: 200, headers: {}, body: "" } : undefined),
};

const BARE: EventRow = { type: dotted(json("Content.Topic"), json("Content.Action")) };
const DATED: EventRow = {
  ...BARE,
  id: dottedAll(
    json("Content.Topic"),
    json("Content.Action"),
    json("Content.Division"),
    json("Content.Key"),
    json("Content.EventCreatedOn"),
  ),
};

/** Exact Online's webhooks. Types are topic and action: `Accounts.Update`. */
export const exactOnline: SecretSender = senderFactory({
  factory: "exactOnline",
  name: "exact-online",
  title: "Exact Online",
  credential: "App Center → the app → Webhook secret (not the OAuth client secret). Used as text.",
  proof:
    "member `HashCode` of the body: `<UPPER-CASE HEX, 64 chars>` of HMAC-SHA256 over the text of the member `Content`, as it was sent.",
  exampleType: "Accounts.Update",
  events:
    "type `Content.Topic` and `Content.Action`; id topic, action, division, `Content.Key` and `Content.EventCreatedOn`, all signed; without the last one there is none.",
  retries: "It sends again after a failure; how often is not documented.",
  notes: [
    "Events are thin: fetch `Content.ExactOnlineEndpoint`.",
    "Events come minutes late, in batches of their own: go by `Content.EventCreatedOn`.",
    "The empty POST that follows a subscription is answered with 200, and reaches no handler.",
  ],
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: exact-online (compared with a live delivery, July 2026)",
    "support.exactonline.com, webhooks tutorial",
  ],
  unconfirmed: ["the time limit and the retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signed: CONTENT, signature: { at: json("HashCode"), encoding: "HEX" } }),
    event: (_delivery, payload) => (memberOf(payload, "Content.EventCreatedOn") === undefined ? BARE : DATED),
    handshakes: [EMPTY_POST],
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
