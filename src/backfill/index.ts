// Entry point hookgate/backfill: fetches missed events from the sender's API and handles them like deliveries.
export type { ApiAnswer, ApiCall, ApiOptions } from "../lib/sender-api/client.js";
export { SenderApiError, type SenderApiProblem } from "../lib/sender-api/error.js";
export { type Backfill, type BackfillSchedule, backfill } from "./backfill.js";
export { type BackfillCounts, type BackfillProgress, type BackfillReport, describeBackfill } from "./report.js";
export type { BackfillOptions } from "./settings.js";
export { type GithubDeliveriesOptions, type GithubPlace, githubDeliveries } from "./sources/github.js";
export { type GitlabEventsOptions, gitlabEvents } from "./sources/gitlab.js";
export { eventsFrom, type OwnEvent, type OwnFrom } from "./sources/own.js";
export { type RestAt, type RestEventsOptions, type RestPage, restEvents } from "./sources/rest.js";
export { type ShopifyResourceOptions, shopifyResource } from "./sources/shopify.js";
export { type SlackHistoryOptions, slackHistory } from "./sources/slack.js";
export {
  type BackfillFrom,
  type BackfillPage,
  type BackfillSource,
  type FetchedEvent,
  type WindowPage,
  type WindowPart,
  windows,
} from "./sources/source.js";
export { type StripeEventsOptions, stripeEvents } from "./sources/stripe.js";
export { type TossTransactionsOptions, tossTransactions } from "./sources/toss-payments.js";
