// The public names of hookgate/senders.
export { type CloudEventsOptions, cloudEvents } from "./cloud-events.js";
export { github } from "./github.js";
export { type GitlabOptions, gitlab } from "./gitlab.js";
export { type StripeEnvelope, shopify, stripe } from "./payments.js";
export { slack } from "./slack.js";
export { type SecretOptions, standardWebhooks, svix } from "./standard-webhooks.js";
export { type TossPaymentsOptions, tossPayments } from "./toss-payments.js";
