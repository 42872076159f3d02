// Verifies Exact Online's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { refuse } from "../core/auth.js";
import { dotted, dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { decodeUtf8, parseJsonText } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { rawMember } from "./shared/raw-json.js";

const MEMBERS = ["Topic", "Action", "Key", "Division", "ClientId", "ExactOnlineEndpoint", "EventCreatedOn"];
const MAX_BODY_BYTES = 1_048_576;
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB with one member Content",
);

const CONTENT: SignedText = {
  covers: {
    body: false,
    method: false,
    url: false,
    headers: [],
    fields: ["Content", .../* @__PURE__ */ MEMBERS.map((name) => `Content.${name}`)],
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

const BARE: EventRow = {
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ json("Content.Topic"), /* @__PURE__ */ json("Content.Action")),
};
const DATED: EventRow = {
  ...BARE,
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json("Content.Topic"),
    /* @__PURE__ */ json("Content.Action"),
    /* @__PURE__ */ json("Content.Division"),
    /* @__PURE__ */ json("Content.Key"),
    /* @__PURE__ */ json("Content.EventCreatedOn"),
  ),
};

/** Exact Online's webhooks. Types are topic and action: `Accounts.Update`. */
export const exactOnline: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "exactOnline",
  name: "exact-online",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signed: CONTENT, signature: { at: json("HashCode"), encoding: "HEX" } }),
    event: (_delivery, payload) => (memberOf(payload, "Content.EventCreatedOn") === undefined ? BARE : DATED),
    handshakes: [EMPTY_POST],
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
