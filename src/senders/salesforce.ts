// Verifies Salesforce outbound messages' deliveries and locates their events.
import { type CustomFormat, unreadable } from "../body-formats/format.js";
import { readXmlBody } from "../body-formats/xml-reader.js";
import { writeXml } from "../body-formats/xml-writer.js";
import { type Auth, absent, refuse } from "../core/auth.js";
import { json, memberOf } from "../core/field.js";
import type { Parsed } from "../lib/json.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { requireText } from "./shared/handshakes.js";
import type { ConfirmOptions } from "./shared/options.js";
import { unsigned } from "./shared/unsigned.js";

export interface SalesforceOptions extends ConfirmOptions {
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

const MISSING = /* @__PURE__ */ absent("the message names no OrganizationId");
const OTHER = /* @__PURE__ */ refuse("unauthenticated", "the message is of another organization, or names several");
const TOO_LARGE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is larger than 1 MiB, so its OrganizationId is not looked for",
);

/** Tells stray messages from ours by the organization, as the payload will name it; whether they are true, `confirm` finds out. */
function salesforceAuth({ organizationId, confirm }: SalesforceOptions): Auth {
  const ours = requireText("salesforce", "organizationId", organizationId).slice(0, ID_CHARS);
  const nothing = unsigned("salesforce", confirm);
  return {
    ...nothing,
    verify(delivery, context) {
      if (delivery.body.length > MAX_BODY_BYTES) return TOO_LARGE;
      const parsed = notificationsIn(delivery.body);
      if (!parsed.ok) return refuse("bad_credentials", parsed.hint);
      const id = memberOf(parsed.value, "organizationId");
      if (id === undefined) return MISSING;
      return typeof id === "string" && id.slice(0, ID_CHARS) === ours ? nothing.verify(delivery, context) : OTHER;
    },
  };
}

/** The notifications alone, each with the type of its object without a prefix. */
const NOTIFICATIONS: CustomFormat = {
  name: "SOAP",
  parse: ({ body }) => notificationsIn(body),
  encode(payload) {
    const { organizationId, items } = payload as { organizationId?: string; items: readonly unknown[] };
    const notifications = { OrganizationId: organizationId, [ITEM]: items.map(withXmlType) };
    return writeXml({ Envelope: { Body: { notifications } } });
  },
};

function notificationsIn(body: Uint8Array): Parsed<unknown> {
  const parsed = readXmlBody(body);
  return parsed.ok ? itemsOf(parsed.value) : parsed;
}

function itemsOf(soap: unknown): Parsed<unknown> {
  const message = memberOf(soap, MESSAGE);
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
  options: ["organizationId", "confirm"],
  define: (options) => ({
    auth: salesforceAuth(options),
    confirm: options.confirm,
    body: { "text/xml": NOTIFICATIONS, "application/xml": NOTIFICATIONS },
    event: { each: "items", id: json("Id"), type: json("type") },
    reply: {
      successStatuses: [200],
      successHeaders: { "content-type": "text/xml; charset=utf-8" },
      successBody: ACK,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
