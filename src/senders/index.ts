// The public names of hookgate/senders.
export { quickbooks, xero } from "./accounting.js";
export { type AdyenItem, type AdyenOptions, adyen } from "./adyen.js";
export { cursor, fireflies, huggingFace } from "./agents.js";
export { type AlipayOptions, type AlipayReplyOptions, alipay, alipayReply } from "./alipay.js";
export { type AppleAppStoreOptions, appleAppStore } from "./app-store.js";
export { type AwsSnsOptions, awsSns } from "./aws-sns.js";
export { bridgeApi, dwolla, ethoca, gocardless, synctera } from "./banking.js";
export { type AirtablePing, airtable, type MondayEnvelope, monday } from "./boards.js";
export { type BraintreeOptions, braintree } from "./braintree.js";
export { airwallex, checkoutCom, revolut, type SolidgateOptions, solidgate, square } from "./cards.js";
export { cashfree, paystack, razorpay, smile } from "./cards-asia-africa.js";
export { type AzureEventGridOptions, azureEventGrid, type GooglePubsubOptions, googlePubsub } from "./cloud.js";
export { type CloudEventsOptions, cloudEvents } from "./cloud-events.js";
export { bitbucket, gitea } from "./code-hosting.js";
export { cloudsignal, flexport, meraki, oura, type StravaOptions, strava, uberEats } from "./connected.js";
export { contentful } from "./contentful.js";
export { alchemy, bridgeXyz, circle, tokenIo, utila } from "./crypto-assets.js";
export { discord } from "./discord.js";
export { discourse } from "./discourse.js";
export { dropboxSign } from "./dropbox-sign.js";
export { type EbayKeyFunction, type EbayOptions, ebay } from "./ebay.js";
export { asana, type Enrol, type EnrollingOptions, notion } from "./enrolling.js";
export { exactOnline } from "./exact-online.js";
export { type FireblocksOptions, fireblocks } from "./fireblocks.js";
export { paypro, quoter } from "./form-digests.js";
export { calCom, calendly, docusign, tally, typeform, webflow } from "./forms.js";
export { type GithubSender, github } from "./github.js";
export { type GitlabOptions, gitlab } from "./gitlab.js";
export { coinbaseCommerce, hook0 } from "./hook0.js";
export { type HubspotOptions, type HubspotVersion, hubspot } from "./hubspot.js";
export { auth0, okta, persona } from "./identity.js";
export { type FusionauthOptions, fusionauth, type KeySetOptions, neonAuth } from "./identity-tokens.js";
export { type KakaoOptions, kakao } from "./kakao.js";
export type { KeysByIdOptions, PublicKeySenderOptions } from "./key-options.js";
export { type LineEnvelope, type LineWorksEnvelope, line, lineWorks } from "./line.js";
export { usps, walmart } from "./logistics.js";
export { attentive, courier, customerIo, knock, postmark } from "./mail.js";
export { mailchimp, mandrill, sendgrid } from "./mail-signed.js";
export { mailgun } from "./mailgun.js";
export { bunnyStream, cloudflareStream, cloudinary, elevenlabs, mux, retell } from "./media.js";
export { type MetaEntry, meta } from "./meta.js";
export { type MicrosoftGraphOptions, microsoftGraph } from "./microsoft-graph.js";
export { type MollieOptions, mollie } from "./mollie.js";
export type {
  BasicOptions,
  ConfirmOptions,
  SecretOptions,
  SecretSender,
  TokenOptions,
  TokenSender,
  VerifyTokenOptions,
  XmlOptions,
} from "./options.js";
export { orb } from "./orb.js";
export { paymob } from "./paymob.js";
export { type PaypalOptions, paypal } from "./paypal.js";
export { plaid } from "./plaid.js";
export { type PortoneOptions, portone } from "./portone.js";
export { praxis, praxisReply } from "./praxis.js";
export { ably, pusher, sanity, workos } from "./realtime.js";
export { type RingcentralEnvelope, ringcentral } from "./ringcentral.js";
export { type SalesforceOptions, salesforce } from "./salesforce.js";
export { segment } from "./segment.js";
export { isSenderFactory, type SenderAbout, type SenderFactory, type SenderFacts } from "./sender-row.js";
export { shopify } from "./shopify.js";
export { commerceLayer, fastspring, picqer, shiphero, shopline, woocommerce } from "./shops.js";
export { slack } from "./slack.js";
export { linkedin, type TiktokEnvelope, tiktok, x } from "./social.js";
export { standardWebhooks, svix } from "./standard-webhooks.js";
export { anthropic, gemini, openai, replicate } from "./standard-webhooks-ai.js";
export type { StandardEnvelope } from "./standard-webhooks-follower.js";
export {
  bigcommerce,
  clerk,
  dodo,
  lithic,
  liveblocks,
  polar,
  resend,
  shipbob,
  whop,
} from "./standard-webhooks-platforms.js";
export type { StandardWebhooksOptions } from "./standard-webhooks-scheme.js";
export { box, dropbox } from "./storage.js";
export { type StripeEnvelope, stripe } from "./stripe.js";
export { chargebee, lemonSqueezy, paddle, recurly, tebex } from "./subscriptions.js";
export { hookdeck, intercom, pipedrive, zendesk } from "./support.js";
export { type TelegramEnvelope, telegram } from "./telegram.js";
export { telnyx, twilio } from "./telephony.js";
export { messagebird, vonage } from "./telephony-tokens.js";
export { kinde, type WixOptions, wix } from "./token-bodies.js";
export { type TossPaymentsOptions, tossPayments } from "./toss-payments.js";
export { type JiraEnvelope, jira, type LinearEnvelope, linear, sentry } from "./trackers.js";
export { treezor } from "./treezor.js";
export { type TwitchEnvelope, twitch } from "./twitch.js";
export { type VercelEnvelope, type VercelOptions, vercel } from "./vercel.js";
export { type WebsubOptions, websub } from "./websub.js";
export { decryptWechatPay, wechatPay } from "./wechat-pay.js";
export { ashby, favro, front, nylas, smartcar, trello } from "./work-tools.js";
export { type ZoomEnvelope, zoom } from "./zoom.js";
