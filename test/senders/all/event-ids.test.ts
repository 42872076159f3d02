// An id tells events apart: what vendors call an id is often that of a message, a call or a second.
import { createReceiver, memoryStore, type Outcome, type Sender } from "hookgate";
import {
  adyen,
  ashby,
  bitbucket,
  cloudsignal,
  contentful,
  hubspot,
  mailgun,
  mandrill,
  meraki,
  monday,
  portone,
  postmark,
  recurly,
  retell,
  strava,
  woocommerce,
} from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import type { TestRequest } from "../../../src/test-sender/compose.js";

const ORIGIN = "https://example.com";
const quiet = { warn() {}, error() {} };
const secret = "0123456789abcdef0123456789abcdef";
const adyenKey = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const credentials = { username: "hooks", password: secret };

function delivering(sender: Sender<never>): (request: TestRequest) => Promise<Outcome> {
  const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: quiet,
    onError() {},
    dedupe: { store: memoryStore() },
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  }).on("*", () => {});
  const test = createTestSender(sender);
  return async (request) => {
    const { method, url, headers, body } = await test.sign(request);
    return receiver.receive({ method, url: url.slice(ORIGIN.length), headers, body });
  };
}

interface Case {
  readonly name: string;
  readonly sender: unknown;
  readonly events: readonly TestRequest[];
  /** Nothing names these, so a copy is an event of its own. */
  readonly isNameless?: true;
}

/** The body alone is the vendor's, so that nothing is made up that tells events apart. */
function bodied(payload: unknown, headers: Readonly<Record<string, string>> = {}): TestRequest {
  return { body: JSON.stringify(payload), headers };
}

function mandrillForm(...events: readonly object[]): TestRequest {
  return {
    contentType: "application/x-www-form-urlencoded",
    body: new URLSearchParams({ mandrill_events: JSON.stringify(events) }).toString(),
  };
}

function adyenReport(merchantAccountCode: string): TestRequest {
  const item = {
    pspReference: "settlement_detail_report_batch_12.csv",
    merchantAccountCode,
    merchantReference: "",
    amount: { currency: "EUR", value: 0 },
    eventCode: "REPORT_AVAILABLE",
    success: "true",
  };
  return { payload: { live: "false", notificationItems: [{ NotificationRequestItem: item }] } };
}

const association = {
  eventId: 1,
  subscriptionId: 2,
  portalId: 3,
  occurredAt: 1_767_323_045_678,
  subscriptionType: "contact.associationChange",
  attemptNumber: 0,
  associationType: "CONTACT_TO_COMPANY",
  associationRemoved: false,
  isPrimaryAssociation: false,
  fromObjectId: 10,
};
const message = { _id: "exampleaaaaaaaaaaaaaaaaaaaaaaaaa", ts: 1_365_111_111, msg: {} };
const call = (event: string, more: object = {}) => bodied({ event, call: { call_id: "c1", ...more } });
const activity = { object_type: "activity", object_id: 1, owner_id: 2, event_time: 1_767_323_045, subscription_id: 3 };

const cases: readonly Case[] = [
  {
    name: "mandrill: one message is sent, opened and clicked, by two readers and on two links in one second",
    sender: mandrill({ secret }),
    events: [
      mandrillForm({ ...message, event: "send" }),
      mandrillForm({ ...message, event: "open", ip: "192.0.2.1" }),
      mandrillForm({ ...message, event: "open", ip: "192.0.2.2" }),
      mandrillForm({ ...message, event: "open", ip: "192.0.2.1", ts: 1_365_111_112 }),
      mandrillForm({ ...message, event: "click", ip: "192.0.2.1", url: "https://a.example" }),
      mandrillForm({ ...message, event: "click", ip: "192.0.2.1", url: "https://b.example" }),
    ],
  },
  {
    name: "woocommerce: two orders within one second",
    sender: woocommerce({ secret }),
    events: ["order.created", "order.updated"].flatMap((topic) =>
      [1, 2].map((id) => bodied({ id, topic }, { "x-wc-webhook-delivery-id": "d1", "x-wc-webhook-topic": topic })),
    ),
  },
  {
    name: "retell: what happens once in a call",
    sender: retell({ secret }),
    events: [call("call_started"), call("call_ended"), call("call_analyzed")],
  },
  {
    name: "retell: the transcript of a call is updated again and again, and a transfer tried twice",
    sender: retell({ secret }),
    isNameless: true,
    events: [
      call("transcript_updated", { transcript: "a" }),
      call("transcript_updated", { transcript: "a b" }),
      call("transfer_started", { to: 1 }),
      call("transfer_started", { to: 2 }),
    ],
  },
  {
    name: "hubspot: associations have two objects and no objectId",
    sender: hubspot({ secret, versions: ["v3"] }),
    events: [
      bodied([{ ...association, toObjectId: 20 }]),
      bodied([{ ...association, toObjectId: 21 }]),
      bodied([{ ...association, toObjectId: 20, occurredAt: 1_767_323_045_679 }]),
      bodied([{ ...association, fromObjectId: 11, toObjectId: 20 }]),
      bodied([{ ...association, subscriptionType: "contact.creation", fromObjectId: undefined, objectId: 10 }]),
    ],
  },
  {
    name: "recurly: its header names the notification",
    sender: recurly({ secret }),
    events: ["n1", "n2"].map((id) =>
      bodied(
        { id: "a1", object_type: "account", event_type: "updated", event_time: "2026-01-02T03:04:05Z", id2: id },
        { "recurly-notification-id": id },
      ),
    ),
  },
  {
    name: "recurly: without the header the body does",
    sender: recurly({ secret }),
    events: ["created", "updated"].map((event_type) =>
      bodied({ id: "a1", object_type: "account", event_type, event_time: "2026-01-02T03:04:05Z" }),
    ),
  },
  {
    name: "adyen: two merchant accounts have a report of one name",
    sender: adyen({ secret: adyenKey }),
    events: [adyenReport("ShopEU"), adyenReport("ShopUS")],
  },
  {
    name: "adyen: one request creates a token and updates it",
    sender: adyen({ secret: adyenKey }),
    events: ["recurring.token.created", "recurring.token.updated"].map((type) => bodied({ eventId: "P1", type })),
  },
  {
    name: "monday: one trigger sets off two webhooks of a board",
    sender: monday({ secret }),
    events: [
      bodied({ event: { type: "create_pulse", triggerUuid: "t1", subscriptionId: 1 } }),
      bodied({ event: { type: "change_column_value", triggerUuid: "t1", subscriptionId: 2 } }),
      bodied({ event: { type: "change_column_value", triggerUuid: "t1", subscriptionId: 3 } }),
    ],
  },
  {
    name: "bitbucket: one request sets off two kinds of events",
    sender: bitbucket({ secret }),
    events: ["repo:push", "pullrequest:updated"].map((key) =>
      bodied({ a: 1 }, { "x-request-uuid": "u1", "x-event-key": key }),
    ),
  },
  {
    name: "bitbucket, Data Center: its requests are named by another header",
    sender: bitbucket({ secret }),
    events: ["1", "2"].map((id) => bodied({ id }, { "x-request-id": id, "x-event-key": "repo:refs_changed" })),
  },
  {
    name: "cloudsignal: an order has no item",
    sender: cloudsignal({ token: secret }),
    events: ["1", "2"].map((order) =>
      bodied({ type: "CloudprinterOrderValidated", order, datetime: "2026-01-02T03:04:05Z" }),
    ),
  },
  {
    name: "mailgun: an id is unique within a day",
    sender: mailgun({ secret }),
    events: [1_521_472_262.908_181, 1_521_572_262.908_181].map((timestamp) =>
      bodied({ "event-data": { id: "Ase7i2zsRYeDXztHGENqRA", event: "delivered", timestamp } }),
    ),
  },
  {
    name: "ashby: webhookActionId",
    sender: ashby({ secret }),
    events: ["w1", "w2"].map((webhookActionId) => bodied({ action: "applicationSubmit", webhookActionId, data: {} })),
  },
  {
    name: "contentful: its idempotency key",
    sender: contentful({ secret }),
    events: ["k1", "k2"].map((key) =>
      bodied(
        { sys: { id: "e1" } },
        { "x-contentful-idempotency-key": key, "x-contentful-topic": "ContentManagement.Entry.publish" },
      ),
    ),
  },
  {
    name: "strava: an activity is renamed and hidden within one second",
    sender: strava({ verifyToken: secret, confirm: () => true }),
    events: [{ title: "Run" }, { private: "true" }, { title: "Long run" }].map((updates) =>
      bodied({ ...activity, aspect_type: "update", updates }),
    ),
  },
  {
    name: "portone, version 1: a payment is cancelled in two parts",
    sender: portone({ confirm: () => true }),
    events: ["c1", "c2"].map((cancellation_id) => bodied({ imp_uid: "imp_1", status: "cancelled", cancellation_id })),
  },
  {
    name: "portone, version 1: nothing names the parts",
    sender: portone({ confirm: () => true }),
    isNameless: true,
    events: [1, 2].map((part) => bodied({ imp_uid: "imp_1", status: "cancelled", part })),
  },
  {
    name: "postmark: tests have an id of zeros",
    sender: postmark(credentials),
    isNameless: true,
    events: [
      bodied({ MessageID: "00000000-0000-0000-0000-000000000000", Subject: "Test" }),
      bodied({ MessageID: "00000000-0000-0000-0000-000000000000", RecordType: "Delivery", Recipient: "a@example.com" }),
    ],
  },
  {
    name: "meraki: tests have an id of zeros, or none",
    sender: meraki({ token: secret }),
    isNameless: true,
    events: ["0000000000000000", ""].map((alertId) => bodied({ alertId, alertTypeId: "motion_alert" })),
  },
];

describe.each(cases)("$name", ({ sender, events, isNameless = false }) => {
  it("each event is handled, and a copy of one that has a name is a duplicate", async () => {
    const deliver = delivering(sender as Sender<never>);
    for (const event of events) {
      const outcome = await deliver(event);
      expect(outcome.name, `${outcome.hint} ${JSON.stringify(event)}`).toBe("processed");
    }
    for (const event of events) {
      expect((await deliver(event)).name, JSON.stringify(event)).toBe(isNameless ? "processed" : "duplicate");
    }
  });
});
