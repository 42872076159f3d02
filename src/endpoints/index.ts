// hookgate/endpoints: the other half of the agreement, registered and kept at the sender.
export type { ApiOptions } from "../api/sender-api.js";
export { SenderApiError, type SenderApiProblem } from "../api/sender-api-error.js";
export { type AdapterRow, ENDPOINT_ADAPTERS } from "./adapters.js";
export type { Alarm, AlarmChange, AlarmName } from "./alarms.js";
export { type CloudEventsSubscriptionsOptions, cloudEventsSubscriptions } from "./apis/cloud-events.js";
export { type DiscordWebhookOptions, discordWebhook } from "./apis/discord.js";
export { type GithubWebhooksOptions, githubWebhooks } from "./apis/github.js";
export { type GitlabWebhooksOptions, gitlabWebhooks } from "./apis/gitlab.js";
export { type LinearWebhooksOptions, linearWebhooks } from "./apis/linear.js";
export { type SendgridWebhooksOptions, sendgridWebhooks } from "./apis/sendgrid.js";
export { type ShopifyWebhooksOptions, shopifyWebhooks } from "./apis/shopify.js";
export { type StripeWebhooksOptions, stripeWebhooks } from "./apis/stripe.js";
export { type TelegramWebhookOptions, telegramWebhook } from "./apis/telegram.js";
export { type TwilioWebhookOptions, twilioWebhook } from "./apis/twilio.js";
export { byHand, kakaoByHand, portoneByHand, tossPaymentsByHand } from "./by-hand.js";
export type {
  ChangedEndpoint,
  EndpointApi,
  EndpointProof,
  ManualEndpoint,
  ProofResult,
  RegisteredEndpoint,
  WantedEndpoint,
} from "./endpoint-api.js";
export { EndpointError, type EndpointErrorCode } from "./endpoint-error.js";
export { type EnsureOptions, type EnsureResult, ensureEndpoint } from "./ensure.js";
export type { HeardType } from "./heard.js";
export { describePlan, describeStep, type EndpointPlan, type PlanStep } from "./plan.js";
export { type RemoveOptions, removeEndpoint } from "./remove.js";
export { type RotateOptions, type RotateResult, rotateSecret } from "./rotate.js";
export { type RoundTripOptions, signedRoundTrip } from "./round-trip.js";
export { type SecretRing, type SecretRingOptions, secretRing } from "./secret-ring.js";
export { type EndpointWatch, watchEndpoint } from "./watch.js";
export type { WatchOptions, WatchStatus } from "./watch-options.js";
export { type WebsubSubscription, type WebsubSubscriptionOptions, websubSubscription } from "./websub.js";
