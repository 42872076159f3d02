// Salesforce: outbound messages, SOAP, which nobody signs.
import { type Auth, absent, type Proof, type ProofContext, refuse } from "../auth/auth.js";
import type { Delivery } from "../delivery.js";
import { json, memberOf } from "../field.js";
import { type CustomFormat, unreadable } from "../formats/format.js";
import type { Parsed } from "../internal/json.js";
import { isPromise, type MaybePromise } from "../internal/maybe-promise.js";
import { requireText } from "./handshakes.js";
import type { ConfirmOptions, XmlOptions } from "./options.js";
import { type SenderFactory, senderFactory } from "./sender-row.js";
import { unsigned } from "./unsigned.js";
import { requireXml } from "./xml-option.js";

export interface SalesforceOptions extends ConfirmOptions, XmlOptions {
  /** Setup → Company Information → Organization ID, 15 or 18 characters. It is no secret, and proves nothing. */
  readonly organizationId: string;
}

const MESSAGE = "Envelope.Body.notifications";
const ITEM = "Notification";
/** The last three of 18 characters only repeat what case the others have. */
const ID_CHARS = 15;
const MAX_BODY_BYTES = 1_048_576;
const ACK =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>';

const MISSING = absent("the message names no OrganizationId");
const OTHER = refuse("unauthenticated", "the message is of another organization, or names several");
const TOO_LARGE = refuse("bad_credentials", "the body is larger than 1 MiB, so its OrganizationId is not looked for");

/** Tells stray messages from ours by the organization, as the payload will name it; whether they are true, `confirm` finds out. */
function salesforceAuth({ organizationId, confirm }: SalesforceOptions, notifications: CustomFormat): Auth {
  const ours = requireText("salesforce", "organizationId", organizationId).slice(0, ID_CHARS);
  const nothing = unsigned("salesforce", confirm);
  function judge(parsed: Parsed<unknown>, delivery: Delivery, context: ProofContext): MaybePromise<Proof> {
    if (!parsed.ok) return refuse("bad_credentials", parsed.hint);
    const id = memberOf(parsed.value, "organizationId");
    if (id === undefined) return MISSING;
    return typeof id === "string" && id.slice(0, ID_CHARS) === ours ? nothing.verify(delivery, context) : OTHER;
  }
  return {
    ...nothing,
    verify(delivery, context) {
      if (delivery.body.length > MAX_BODY_BYTES) return TOO_LARGE;
      const parsed = notifications.parse(delivery);
      if (!isPromise(parsed)) return judge(parsed, delivery, context);
      return parsed.then((settled) => judge(settled, delivery, context));
    },
  };
}

/** The notifications alone, each with the type of its object without a prefix. */
function notificationsIn(xml: CustomFormat): CustomFormat {
  return {
    name: "SOAP",
    parse(delivery) {
      const parsed = xml.parse(delivery);
      return isPromise(parsed) ? parsed.then(itemsOf) : itemsOf(parsed);
    },
    encode(payload) {
      const { organizationId, items } = payload as { organizationId?: string; items: readonly unknown[] };
      const notifications = { OrganizationId: organizationId, [ITEM]: items.map(withXmlType) };
      return xml.encode?.({ Envelope: { Body: { notifications } } }) ?? Buffer.alloc(0);
    },
  };
}

function itemsOf(parsed: Parsed<unknown>): Parsed<unknown> {
  if (!parsed.ok) return parsed;
  const message = memberOf(parsed.value, MESSAGE);
  const item = memberOf(message, ITEM);
  if (item === undefined) return unreadable("the SOAP body holds no notifications");
  const items: readonly unknown[] = Array.isArray(item) ? item : [item];
  return { ok: true, value: { organizationId: memberOf(message, "OrganizationId"), items: items.map(withPlainType) } };
}

/** `<sObject xsi:type="sf:Account">` is of type `Account`. */
function withPlainType(item: unknown): unknown {
  const type = memberOf(item, "sObject.@type");
  return typeof type === "string" ? { type: type.slice(type.indexOf(":") + 1), ...(item as object) } : item;
}

function withXmlType(item: unknown): unknown {
  const { type, ...rest } = item as { type?: string; sObject?: object };
  return { ...rest, sObject: { "@type": `sf:${type}`, ...rest.sObject } };
}

/** Salesforce's outbound messages. Types are objects: `Account`, `Opportunity`. */
export const salesforce: SenderFactory<SalesforceOptions> = senderFactory({
  factory: "salesforce",
  name: "salesforce",
  title: "Salesforce outbound messages",
  credential: "Setup → Company Information → Organization ID.",
  proof:
    "None: anybody can post a message. `confirm(event)` asks the API whether it is true. Salesforce can show a client certificate to the proxy in front of you.",
  exampleType: "Account",
  retries: "For up to 24 hours, until it hears `<Ack>true</Ack>`.",
  events: "a batch, up to 100: id `Id` of each Notification, type that of its `sObject`, without its prefix.",
  notes: [
    "The organization id is no secret: with `allow`, let in Salesforce's addresses alone. Events are unverified until `confirm` has said yes.",
    "The body is SOAP: give `xml: xml()` of `hookgate/formats/xml`, which needs the package `fast-xml-parser`.",
    "The answer holds the acknowledgement; a handler that answers by `context.reply` must send it itself.",
  ],
  sources: [
    "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: salesforce",
  ],
  unconfirmed: ["time limit"],
  options: ["organizationId", "confirm", "xml"],
  define(options) {
    const notifications = notificationsIn(requireXml("salesforce", options));
    return {
      auth: salesforceAuth(options, notifications),
      confirm: options.confirm,
      body: { "text/xml": notifications, "application/xml": notifications },
      event: { each: "items", id: json("Id"), type: json("type") },
      reply: {
        successStatuses: [200],
        successHeaders: { "content-type": "text/xml; charset=utf-8" },
        successBody: ACK,
        retryHorizonSeconds: 86_400,
        honoursRetryAfter: false,
        unsubscribes: [],
      },
    };
  },
});
