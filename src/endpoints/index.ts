// Entry point hookgate/endpoints: registers and watches webhooks through the sender's API.
export type { ApiOptions } from "../lib/sender-api/client.js";
export { SenderApiError, type SenderApiProblem } from "../lib/sender-api/error.js";
export type { Alarm, AlarmChange, AlarmName } from "./alarms.js";
export type { HeardType } from "./delivery-stats.js";
export { type EnsureOptions, type EnsureResult, ensureEndpoint } from "./ensure.js";
export { byHand, kakaoByHand, portoneByHand, tossPaymentsByHand } from "./manual.js";
export { describePlan, describeStep, type EndpointPlan, type PlanStep } from "./plan.js";
export { type CloudEventsSubscriptionsOptions, cloudEventsSubscriptions } from "./providers/cloud-events.js";
export { type DiscordWebhookOptions, discordWebhook } from "./providers/discord.js";
export { EndpointError, type EndpointErrorCode } from "./providers/error.js";
export { type GithubWebhooksOptions, githubWebhooks } from "./providers/github.js";
export { type GitlabWebhooksOptions, gitlabWebhooks } from "./providers/gitlab.js";
export { type LinearWebhooksOptions, linearWebhooks } from "./providers/linear.js";
export type {
  ChangedEndpoint,
  EndpointApi,
  EndpointProof,
  ManualEndpoint,
  ProofResult,
  RegisteredEndpoint,
  WantedEndpoint,
} from "./providers/provider.js";
export { type SendgridWebhooksOptions, sendgridWebhooks } from "./providers/sendgrid.js";
export { type ShopifyWebhooksOptions, shopifyWebhooks } from "./providers/shopify.js";
export { type StripeWebhooksOptions, stripeWebhooks } from "./providers/stripe.js";
export { type TelegramWebhookOptions, telegramWebhook } from "./providers/telegram.js";
export { type TwilioWebhookOptions, twilioWebhook } from "./providers/twilio.js";
export { type AdapterRow, ENDPOINT_ADAPTERS } from "./providers-by-sender.js";
export { type RemoveOptions, removeEndpoint } from "./remove.js";
export { type RotateOptions, type RotateResult, rotateSecret } from "./rotate-secret.js";
export { type SecretRing, type SecretRingOptions, secretRing } from "./secret-ring.js";
export { type RoundTripOptions, signedRoundTrip } from "./signed-round-trip.js";
export { type EndpointWatch, watchEndpoint } from "./watch.js";
export type { WatchOptions, WatchStatus } from "./watch-options.js";
export { type WebsubSubscription, type WebsubSubscriptionOptions, websubSubscription } from "./websub.js";
