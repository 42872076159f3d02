// Public entry `hookgate/senders/facts`: what docs and tools say about every sender.
import type { SenderAbout } from "../shared/factory.js";
import { ably } from "./ably.js";
import { adyen } from "./adyen.js";
import { airtable } from "./airtable.js";
import { airwallex } from "./airwallex.js";
import { alchemy } from "./alchemy.js";
import { alipay } from "./alipay.js";
import { anthropic } from "./anthropic.js";
import { appleAppStore } from "./apple-app-store.js";
import { asana } from "./asana.js";
import { ashby } from "./ashby.js";
import { attentive } from "./attentive.js";
import { auth0 } from "./auth0.js";
import { awsSns } from "./aws-sns.js";
import { azureEventGrid } from "./azure-event-grid.js";
import { bigcommerce } from "./bigcommerce.js";
import { bitbucket } from "./bitbucket.js";
import { box } from "./box.js";
import { braintree } from "./braintree.js";
import { bridgeApi } from "./bridge-api.js";
import { bridgeXyz } from "./bridge-xyz.js";
import { buildkite } from "./buildkite.js";
import { bunnyStream } from "./bunny-stream.js";
import { calCom } from "./cal-com.js";
import { calendly } from "./calendly.js";
import { cashfree } from "./cashfree.js";
import { chargebee } from "./chargebee.js";
import { checkoutCom } from "./checkout-com.js";
import { circle } from "./circle.js";
import { circleci } from "./circleci.js";
import { clerk } from "./clerk.js";
import { cloudEvents } from "./cloud-events.js";
import { cloudflareStream } from "./cloudflare-stream.js";
import { cloudinary } from "./cloudinary.js";
import { cloudsignal } from "./cloudsignal.js";
import { coinbaseCommerce } from "./coinbase-commerce.js";
import { commerceLayer } from "./commerce-layer.js";
import { contentful } from "./contentful.js";
import { courier } from "./courier.js";
import { cursor } from "./cursor.js";
import { customerIo } from "./customer-io.js";
import { discord } from "./discord.js";
import { discourse } from "./discourse.js";
import { docusign } from "./docusign.js";
import { dodo } from "./dodo.js";
import { dropbox } from "./dropbox.js";
import { dropboxSign } from "./dropbox-sign.js";
import { dwolla } from "./dwolla.js";
import { ebay } from "./ebay.js";
import { elevenlabs } from "./elevenlabs.js";
import { ethoca } from "./ethoca.js";
import { exactOnline } from "./exact-online.js";
import { fastspring } from "./fastspring.js";
import { favro } from "./favro.js";
import { fireblocks } from "./fireblocks.js";
import { fireflies } from "./fireflies.js";
import { flexport } from "./flexport.js";
import { front } from "./front.js";
import { fusionauth } from "./fusionauth.js";
import { gemini } from "./gemini.js";
import { gitea } from "./gitea.js";
import { github } from "./github.js";
import { gitlab } from "./gitlab.js";
import { gocardless } from "./gocardless.js";
import { googlePubsub } from "./google-pubsub.js";
import { heroku } from "./heroku.js";
import { hook0 } from "./hook0.js";
import { hookdeck } from "./hookdeck.js";
import { hubspot } from "./hubspot.js";
import { huggingFace } from "./hugging-face.js";
import { intercom } from "./intercom.js";
import { jira } from "./jira.js";
import { kakao } from "./kakao.js";
import { kinde } from "./kinde.js";
import { knock } from "./knock.js";
import { launchdarkly } from "./launchdarkly.js";
import { lemonSqueezy } from "./lemon-squeezy.js";
import { line } from "./line.js";
import { lineWorks } from "./line-works.js";
import { linear } from "./linear.js";
import { linkedin } from "./linkedin.js";
import { lithic } from "./lithic.js";
import { liveblocks } from "./liveblocks.js";
import { mailchimp } from "./mailchimp.js";
import { mailgun } from "./mailgun.js";
import { mandrill } from "./mandrill.js";
import { meraki } from "./meraki.js";
import { messagebird } from "./messagebird.js";
import { meta } from "./meta.js";
import { microsoftGraph } from "./microsoft-graph.js";
import { mollie } from "./mollie.js";
import { monday } from "./monday.js";
import { mux } from "./mux.js";
import { neonAuth } from "./neon-auth.js";
import { notion } from "./notion.js";
import { nylas } from "./nylas.js";
import { okta } from "./okta.js";
import { openai } from "./openai.js";
import { orb } from "./orb.js";
import { oura } from "./oura.js";
import { paddle } from "./paddle.js";
import { pagerduty } from "./pagerduty.js";
import { paymob } from "./paymob.js";
import { paypal } from "./paypal.js";
import { paypro } from "./paypro.js";
import { paystack } from "./paystack.js";
import { persona } from "./persona.js";
import { picqer } from "./picqer.js";
import { pipedrive } from "./pipedrive.js";
import { plaid } from "./plaid.js";
import { polar } from "./polar.js";
import { portone } from "./portone.js";
import { postmark } from "./postmark.js";
import { praxis } from "./praxis.js";
import { pusher } from "./pusher.js";
import { quickbooks } from "./quickbooks.js";
import { quoter } from "./quoter.js";
import { razorpay } from "./razorpay.js";
import { recurly } from "./recurly.js";
import { replicate } from "./replicate.js";
import { resend } from "./resend.js";
import { retell } from "./retell.js";
import { revolut } from "./revolut.js";
import { ringcentral } from "./ringcentral.js";
import { salesforce } from "./salesforce.js";
import { sanity } from "./sanity.js";
import { segment } from "./segment.js";
import type { SenderFacts } from "./sender-facts.js";
import { sendgrid } from "./sendgrid.js";
import { sentry } from "./sentry.js";
import { shipbob } from "./shipbob.js";
import { shiphero } from "./shiphero.js";
import { shopify } from "./shopify.js";
import { shopline } from "./shopline.js";
import { slack } from "./slack.js";
import { smartcar } from "./smartcar.js";
import { smile } from "./smile.js";
import { solidgate } from "./solidgate.js";
import { square } from "./square.js";
import { standardWebhooks } from "./standard-webhooks.js";
import { strava } from "./strava.js";
import { stripe } from "./stripe.js";
import { svix } from "./svix.js";
import { synctera } from "./synctera.js";
import { tally } from "./tally.js";
import { tebex } from "./tebex.js";
import { telegram } from "./telegram.js";
import { telnyx } from "./telnyx.js";
import { tiktok } from "./tiktok.js";
import { tokenIo } from "./token-io.js";
import { tossPayments } from "./toss-payments.js";
import { treezor } from "./treezor.js";
import { trello } from "./trello.js";
import { twilio } from "./twilio.js";
import { twitch } from "./twitch.js";
import { typeform } from "./typeform.js";
import { uberEats } from "./uber-eats.js";
import { usps } from "./usps.js";
import { utila } from "./utila.js";
import { vercel } from "./vercel.js";
import { vonage } from "./vonage.js";
import { walmart } from "./walmart.js";
import { webflow } from "./webflow.js";
import { websub } from "./websub.js";
import { wechatPay } from "./wechat-pay.js";
import { whop } from "./whop.js";
import { wise } from "./wise.js";
import { wix } from "./wix.js";
import { woocommerce } from "./woocommerce.js";
import { workos } from "./workos.js";
import { x } from "./x.js";
import { xero } from "./xero.js";
import { zendesk } from "./zendesk.js";
import { zoom } from "./zoom.js";

/** The facts of every sender, by its name. */
export const SENDER_FACTS: Readonly<Record<string, SenderFacts>> = {
  ably,
  adyen,
  airtable,
  airwallex,
  alchemy,
  alipay,
  anthropic,
  "apple-app-store": appleAppStore,
  asana,
  ashby,
  attentive,
  auth0,
  "aws-sns": awsSns,
  "azure-event-grid": azureEventGrid,
  bigcommerce,
  bitbucket,
  box,
  braintree,
  "bridge-api": bridgeApi,
  "bridge-xyz": bridgeXyz,
  "bunny-stream": bunnyStream,
  "cal-com": calCom,
  calendly,
  cashfree,
  chargebee,
  "checkout-com": checkoutCom,
  circle,
  clerk,
  "cloud-events": cloudEvents,
  "cloudflare-stream": cloudflareStream,
  cloudinary,
  cloudsignal,
  "coinbase-commerce": coinbaseCommerce,
  "commerce-layer": commerceLayer,
  contentful,
  courier,
  cursor,
  "customer-io": customerIo,
  discord,
  discourse,
  docusign,
  dodo,
  dropbox,
  "dropbox-sign": dropboxSign,
  dwolla,
  ebay,
  elevenlabs,
  ethoca,
  "exact-online": exactOnline,
  fastspring,
  favro,
  fireblocks,
  fireflies,
  flexport,
  front,
  fusionauth,
  gemini,
  gitea,
  github,
  gitlab,
  gocardless,
  "google-pubsub": googlePubsub,
  hook0,
  hookdeck,
  hubspot,
  "hugging-face": huggingFace,
  intercom,
  jira,
  kakao,
  kinde,
  knock,
  "lemon-squeezy": lemonSqueezy,
  line,
  "line-works": lineWorks,
  linear,
  linkedin,
  lithic,
  liveblocks,
  mailchimp,
  mailgun,
  mandrill,
  meraki,
  messagebird,
  meta,
  "microsoft-graph": microsoftGraph,
  mollie,
  monday,
  mux,
  "neon-auth": neonAuth,
  notion,
  nylas,
  okta,
  openai,
  orb,
  oura,
  paddle,
  paymob,
  paypal,
  paypro,
  paystack,
  persona,
  picqer,
  pipedrive,
  plaid,
  polar,
  portone,
  postmark,
  praxis,
  pusher,
  quickbooks,
  quoter,
  razorpay,
  recurly,
  replicate,
  resend,
  retell,
  revolut,
  ringcentral,
  salesforce,
  sanity,
  segment,
  sendgrid,
  sentry,
  shipbob,
  shiphero,
  shopify,
  shopline,
  slack,
  smartcar,
  smile,
  solidgate,
  square,
  "standard-webhooks": standardWebhooks,
  strava,
  stripe,
  svix,
  synctera,
  tally,
  tebex,
  telegram,
  telnyx,
  tiktok,
  "token-io": tokenIo,
  "toss-payments": tossPayments,
  treezor,
  trello,
  twilio,
  twitch,
  typeform,
  "uber-eats": uberEats,
  pagerduty,
  circleci,
  wise,
  launchdarkly,
  buildkite,
  heroku,
  usps,
  utila,
  vercel,
  vonage,
  walmart,
  webflow,
  websub,
  "wechat-pay": wechatPay,
  whop,
  wix,
  woocommerce,
  workos,
  x,
  xero,
  zendesk,
  zoom,
};

export type { SenderFacts, SenderOracle } from "./sender-facts.js";

/** A sender's facts beside its name, factory and options. */
export interface SenderDescription extends SenderAbout, SenderFacts {}

/**
 * The description of a sender of `hookgate/senders`, from what its factory is: `describeSender(stripe.about)`.
 *
 * @throws {TypeError} When it is no sender of `hookgate/senders`.
 */
export function describeSender(about: SenderAbout): SenderDescription {
  const facts = SENDER_FACTS[about.name];
  if (facts === undefined) throw new TypeError(`describeSender: no facts are known of ${JSON.stringify(about.name)}`);
  return { ...facts, ...about };
}
