// Verifies Salesforce outbound messages' deliveries and locates their events.
import { type CustomFormat, unreadable } from "../body-formats/format.js";
import { type Auth, absent, type Proof, type ProofContext, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { Parsed } from "../lib/json.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { requireText } from "./shared/handshakes.js";
import type { ConfirmOptions, XmlOptions } from "./shared/options.js";
import { unsigned } from "./shared/unsigned.js";
import { requireXml } from "./shared/xml-option.js";

/** Options of `salesforce`. */
export interface SalesforceOptions extends ConfirmOptions, XmlOptions {
  /** Setup → Company Information → Organization ID, 15 or 18 characters. It is not a secret, and authenticates nobody. */
  readonly organizationId: string;
}

const MESSAGE = "Envelope.Body.notifications";
const ITEM = "Notification";
/** The last three of 18 characters only repeat what case the others have. */
const ID_CHARS = 15;
const MAX_BODY_BYTES = 1_048_576;
const ACK =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>';

const MISSING = /* @__PURE__ */ absent("the message names no OrganizationId");
const OTHER = /* @__PURE__ */ refuse("unauthenticated", "the message is of another organization, or names several");
const TOO_LARGE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is larger than 1 MiB, so its OrganizationId is not looked for",
);

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
export const salesforce: SenderFactory<SalesforceOptions> = /* @__PURE__ */ senderFactory({
  factory: "salesforce",
  name: "salesforce",
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
