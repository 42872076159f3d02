// What are the senders built with, to write their pages and to test them? Made-up secrets, one for each option.
import { xml } from "../src/body-formats/xml.js";
import type { SenderDescription } from "../src/senders/facts/index.js";
import type { TestRequest } from "../src/test-sender/compose.js";
import { appleLike } from "./sample-chain.js";
import { ed25519Pair, namedJwk, p256Pair, rsaPair } from "./sample-keys.js";

const SECRET = "0123456789abcdef0123456789abcdef";
/** Base64 of 32 bytes, as Standard Webhooks has it. */
const WHSEC = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

/** An option that is one of two ways, of which the pages and tests go the other. */
const LEFT_OUT = undefined;

const BY_OPTION: Readonly<Record<string, unknown>> = {
  secret: SECRET,
  token: SECRET,
  verifyToken: "verify-0123456789",
  username: "hooks",
  password: SECRET,
  confirm: () => true,
  xml: xml(),
};

/** Where an option means something else for this sender. */
const BY_SENDER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  get appleAppStore() {
    return { bundleId: "com.example", environment: "Sandbox", roots: [appleLike().root] };
  },
  get kinde() {
    return { jwksUrl: LEFT_OUT, publicKey: rsaPair().publicKey };
  },
  salesforce: { organizationId: "00D000000000001" },
  get wix() {
    return { publicKey: rsaPair().publicKey };
  },
  asana: { enrol: () => true },
  get fusionauth() {
    return { jwksUrl: LEFT_OUT, publicKey: rsaPair().publicKey, secret: LEFT_OUT };
  },
  get googlePubsub() {
    const serviceAccount = "hooks@project.iam.gserviceaccount.com";
    return { audience: "https://example.com/webhooks/pubsub", serviceAccount, publicKey: rsaPair().publicKey };
  },
  get awsSns() {
    return { topicArns: "arn:aws:sns:us-east-1:123456789012:MyTopic", publicKey: rsaPair().publicKey };
  },
  hubspot: { versions: ["v3"] },
  microsoftGraph: { clientState: SECRET },
  get neonAuth() {
    return { jwksUrl: LEFT_OUT, publicKey: ed25519Pair().publicKey };
  },
  notion: { enrol: () => true },
  get sendgrid() {
    return { publicKey: p256Pair().publicKey };
  },
  get telnyx() {
    return { publicKey: ed25519Pair().publicKey };
  },
  adyen: { secret: "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056" },
  get alipay() {
    return { signReplies: LEFT_OUT, publicKey: rsaPair().publicKey };
  },
  braintree: { publicKey: "integration_public_key", privateKey: SECRET },
  get bridgeXyz() {
    return { publicKey: rsaPair().publicKey };
  },
  get circle() {
    return { keys: { k1: p256Pair().publicKey } };
  },
  cloudEvents: { allowedOrigins: ["emitter.example.com"], allowedPerMinute: 600 },
  get ebay() {
    const keys = { k1: p256Pair().publicKey };
    return { keys, verifyToken: SECRET, endpoint: "https://example.com/webhooks/ebay" };
  },
  get fireblocks() {
    return { jwksUrl: LEFT_OUT, publicKey: rsaPair().publicKey };
  },
  gitlab: { secret: WHSEC, token: LEFT_OUT },
  kakao: { audience: LEFT_OUT, jwksUrl: LEFT_OUT },
  // With confirm a delivery without a signature is a classic one.
  mollie: { confirm: LEFT_OUT },
  get paypal() {
    return { webhookId: "4JH86294D6297924G", publicKey: rsaPair().publicKey };
  },
  get plaid() {
    return { keys: () => p256Pair().publicKey };
  },
  solidgate: { publicKey: "wh_pk_0123456789" },
  standardWebhooks: { secret: WHSEC, publicKey: LEFT_OUT },
  svix: { secret: WHSEC, publicKey: LEFT_OUT },
  get tokenIo() {
    return { publicKey: ed25519Pair().publicKey };
  },
  tossPayments: { securityKey: SECRET, depositSecret: () => SECRET },
  get utila() {
    return { publicKey: rsaPair().publicKey };
  },
  get wise() {
    return { publicKey: rsaPair().publicKey };
  },
  get wechatPay() {
    return { keys: { k1: rsaPair().publicKey } };
  },
  azureEventGrid: { entra: LEFT_OUT },
  airtable: { secret: Buffer.alloc(32, 3).toString("base64") },
  anthropic: { secret: WHSEC },
  clerk: { secret: WHSEC },
  get discord() {
    return { publicKey: ed25519Pair().publicKey };
  },
  dodo: { secret: WHSEC },
  gemini: { secret: WHSEC },
  lithic: { secret: WHSEC },
  liveblocks: { secret: WHSEC },
  openai: { secret: WHSEC },
  portone: { secret: WHSEC, confirm: LEFT_OUT },
  replicate: { secret: WHSEC },
  resend: { secret: WHSEC },
  shipbob: { secret: WHSEC },
  vercel: { verifyToken: LEFT_OUT },
  segment: { batches: LEFT_OUT },
  websub: { topics: ["https://example.com/feed"] },
};

/** Options that build this sender: all that it takes, but those that are left out. */
export function sampleOptions(about: SenderDescription): never {
  const own = BY_SENDER[about.factory] ?? {};
  const all = about.options.map((name) => [name, Object.hasOwn(own, name) ? own[name] : BY_OPTION[name]]);
  return Object.fromEntries(all.filter(([, sample]) => sample !== LEFT_OUT)) as never;
}

/** Of senders with a key pair: the private key that belongs to the sample public key. */
const PRIVATE_KEYS: Readonly<Record<string, () => string>> = {
  appleAppStore: () => appleLike().signer,
  kinde: () => rsaPair().privateKey,
  wix: () => rsaPair().privateKey,
  awsSns: () => rsaPair().privateKey,
  fusionauth: () => rsaPair().privateKey,
  googlePubsub: () => rsaPair().privateKey,
  neonAuth: () => ed25519Pair().privateKey,
  sendgrid: () => p256Pair().privateKey,
  telnyx: () => ed25519Pair().privateKey,
  alipay: () => rsaPair().privateKey,
  bridgeXyz: () => rsaPair().privateKey,
  circle: () => p256Pair().privateKey,
  discord: () => ed25519Pair().privateKey,
  ebay: () => p256Pair().privateKey,
  fireblocks: () => rsaPair().privateKey,
  paypal: () => rsaPair().privateKey,
  plaid: () => namedJwk(p256Pair(), "k1"),
  tokenIo: () => ed25519Pair().privateKey,
  utila: () => rsaPair().privateKey,
  wechatPay: () => rsaPair().privateKey,
  wise: () => rsaPair().privateKey,
};

/** What to sign with where the sample options cannot sign. */
export function sampleKey(about: SenderDescription): { readonly key?: string } {
  const key = PRIVATE_KEYS[about.factory]?.();
  return key === undefined ? {} : { key };
}

/** Where a delivery of the example type needs more than id and type: what tells one kind from another. */
const REQUESTS: Readonly<Record<string, TestRequest>> = {
  appleAppStore: { payload: { data: { bundleId: "com.example", environment: "Sandbox" } } },
  dropboxSign: {
    payload: {
      event: { event_time: "1348177752", event_type: "signature_request_signed" },
      signature_request: { signature_request_id: "s1" },
    },
  },
  salesforce: { payload: { organizationId: "00D000000000001", items: [{ sObject: { Id: "001" } }] } },
  wix: { payload: { data: { eventType: "wix.ecom.v1.order_created", data: { id: "e1" } } } },
  asana: { payload: { events: [{ resource: { resource_type: "task" }, action: "changed" }] } },
  auth0: { payload: [{ data: { type: "s" } }] },
  awsSns: {
    payload: {
      TopicArn: "arn:aws:sns:us-east-1:123456789012:MyTopic",
      Message: "{}",
      Timestamp: "2026-01-02T03:04:05.678Z",
    },
  },
  azureEventGrid: { payload: [{ data: {} }] },
  calendly: { payload: { created_at: "2026-01-02T03:04:05.678Z", payload: { uri: "https://api.calendly.com/i/1" } } },
  cloudsignal: { payload: { order: "1", item: "2", datetime: "2026-01-02T03:04:05Z" } },
  docusign: { payload: { generatedDateTime: "2026-01-02T03:04:05Z", data: { envelopeId: "e1" } } },
  elevenlabs: { payload: { data: { conversation_id: "c1" } } },
  front: { payload: { payload: { id: "evt_1" } } },
  hubspot: {
    payload: [{ eventId: 1, subscriptionId: 2, objectId: 3, occurredAt: 1_767_323_045_678 }],
  },
  mandrill: { payload: [{ event: "send", _id: "1" }] },
  messagebird: { payload: { type: "message.created", message: { id: "m1" } } },
  microsoftGraph: { payload: { value: [{ changeType: "updated", resource: "Users/1" }] } },
  oura: {
    headers: { "x-oura-timestamp": "1767323045" },
    payload: { object_id: "o1", event_time: "2026-01-02T03:04:05Z" },
  },
  pipedrive: { payload: { meta: { action: "create", entity: "deal" } } },
  postmark: { payload: { RecordType: "Bounce", ID: 1 } },
  retell: { payload: { event: "call_ended", call: { call_id: "c1" } } },
  strava: { payload: { object_id: 1, event_time: 1_767_323_045 } },
  twilio: { payload: { MessageSid: "SM1", SmsStatus: "received", Body: "hi" } },
  vonage: { payload: { message_uuid: "m1" } },
  webflow: { payload: { triggerType: "form_submission", payload: { id: "f1" } } },
  zendesk: { payload: { type: "zen:event-type:ticket.created" } },
  adyen: {
    payload: {
      live: "false",
      notificationItems: [
        {
          NotificationRequestItem: {
            pspReference: "8825408195409505",
            merchantAccountCode: "TestMerchant",
            merchantReference: "order-1",
            amount: { currency: "EUR", value: 1000 },
            eventCode: "AUTHORISATION",
            success: "true",
          },
        },
      ],
    },
  },
  alipay: {
    headers: { "client-id": "SANDBOX_1", "request-time": "2026-01-02T03:04:05.678+08:00" },
    payload: { notifyType: "PAYMENT_RESULT", paymentRequestId: "p1", result: { resultStatus: "S" } },
  },
  braintree: {
    payload: {
      bt_payload: Buffer.from(
        '<notification><timestamp type="datetime">2026-01-02T03:04:05Z</timestamp><kind>subscription_charged_successfully</kind><subject/></notification>',
      ).toString("base64"),
    },
  },
  cashfree: { payload: { data: { payment: { cf_payment_id: 1 } } } },
  circle: { headers: { "x-circle-key-id": "k1" } },
  cloudEvents: { contentType: "application/cloudevents+json" },
  coinbaseCommerce: { payload: { event: { type: "charge:confirmed" } } },
  ebay: { headers: { "x-ebay-signature.alg": "ecdsa", "x-ebay-signature.kid": "k1" } },
  exactOnline: {
    payload: { Content: { Topic: "Accounts", Action: "Update", Key: "b1", Division: 1, EventCreatedOn: "2026-01-02" } },
  },
  fireblocks: { payload: { eventType: "transaction.status.updated" } },
  github: { payload: { action: "opened", issue: { id: 1 } } },
  gitlab: { headers: { "webhook-id": "1" }, payload: { object_kind: "merge_request" } },
  hook0: { payload: { event: "user.created" } },
  kakao: { payload: { app_id: "1", user_id: "2", referrer_type: "UNLINK_FROM_APPS" } },
  mollie: { payload: { type: "payment-link.paid" } },
  paymob: {
    payload: {
      obj: {
        amount_cents: 1000,
        created_at: "2026-01-02T03:04:05.678901",
        currency: "EGP",
        error_occured: false,
        has_parent_transaction: false,
        id: 123,
        integration_id: 456,
        is_3d_secure: true,
        is_auth: false,
        is_capture: false,
        is_refunded: false,
        is_standalone_payment: true,
        is_voided: false,
        order: { id: 55 },
        owner: 66,
        pending: false,
        source_data: { pan: "2346", sub_type: "MasterCard", type: "card" },
        success: true,
      },
    },
  },
  paypal: { headers: { "paypal-transmission-id": "t1" } },
  paypro: {
    payload: {
      ORDER_ID: "1",
      ORDER_STATUS: "Processed",
      ORDER_TOTAL_AMOUNT: "10.00",
      CUSTOMER_EMAIL: "a@example.com",
      TEST_MODE: "0",
      IPN_TYPE_NAME: "OrderCharged",
    },
  },
  paystack: { payload: { event: "charge.success", data: { id: 1 } } },
  praxis: {
    payload: {
      merchant_id: "m1",
      application_key: "a1",
      timestamp: 1_767_323_045,
      customer: { customer_token: "c1" },
      session: { order_id: "o1" },
      transaction: {
        tid: 1,
        currency: "EUR",
        amount: 1000,
        conversion_rate: 1.1,
        processed_currency: "USD",
        processed_amount: 1100,
      },
    },
  },
  quickbooks: { payload: { eventNotifications: [{ realmId: "1", dataChangeEvent: { entities: [] } }] } },
  quoter: { url: "https://example.com/webhooks/quoter?object=quote", payload: { id: "q1" } },
  shopify: { headers: { "x-shopify-event-id": "1" } },
  slack: { payload: { type: "event_callback", event: { type: "app_mention" } } },
  // Of its own example nothing is signed.
  tossPayments: { type: "payout.changed", payload: { eventType: "payout.changed" } },
  treezor: { payload: { object_payload: { payins: [{ payinId: "1", amount: "10.00", url: "https://a/é" }] } } },
  usps: { payload: { timestamp: "2026-01-02T03:04:05Z", payload: "{}" } },
  wechatPay: { headers: { "wechatpay-serial": "k1", "wechatpay-nonce": "n1" } },
  discord: { payload: { version: 1, type: 1, event: { type: "APPLICATION_AUTHORIZED" } } },
  fireflies: { payload: { event: "meeting.transcribed", meeting_id: "m1" } },
  linkedin: { payload: { type: "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", notifications: [{ notificationId: 1 }] } },
  meta: { payload: { object: "whatsapp_business_account", entry: [{ id: "1", changes: [] }] } },
  portone: { payload: { type: "Transaction.Paid", data: {} } },
  telegram: { payload: { message: { message_id: 1 } } },
  twitch: { payload: { subscription: { id: "s1", type: "channel.follow", status: "enabled" }, event: {} } },
  x: { payload: { for_user_id: "1", tweet_create_events: [] } },
};

/** A delivery this sender could make, of its example type unless that one is not signed. */
export function sampleRequest(about: SenderDescription): TestRequest & { readonly type: string } {
  return { type: about.exampleType, ...REQUESTS[about.factory] };
}
