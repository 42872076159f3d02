// The public names of hookgate/testing.
export { type Instant, type TestClock, testClock } from "./clock.js";
export type { SignedDelivery, TestRequest } from "./compose.js";
export { type DedupeStoreHarness, describeDedupeStore, type TestApi } from "./describe-dedupe-store.js";
export { describeInbox, type InboxHarness } from "./describe-inbox.js";
export { type MatcherAnswer, type WebhookMatchers, webhookMatchers } from "./matchers.js";
export {
  type Attempt,
  type Persisted,
  type PersistOptions,
  realClock,
  type SenderClock,
  sendPersistently,
  virtualClock,
} from "./persist.js";
export {
  type RecordedDelivery,
  type Recording,
  type RecordOptions,
  type ReplayOptions,
  recordDeliveries,
  replayDelivery,
} from "./recorded.js";
export { retrySchedule } from "./retry-schedule.js";
export type { ScenarioStep } from "./scenario-step.js";
export {
  runScenario,
  runScenarios,
  type ScenarioName,
  type ScenarioOptions,
  type ScenarioResult,
  scenarioNames,
} from "./scenarios.js";
export type { Tamper } from "./tamper.js";
export type { TestAnswer, TestTarget } from "./targets.js";
export {
  type TestContextOptions,
  type TestEventFields,
  type TestRun,
  testContext,
  testEvent,
} from "./test-context.js";
export {
  type BoundTestSender,
  createTestSender,
  type SendOptions,
  type SentDelivery,
  type TestSender,
  type TestSenderOptions,
} from "./test-sender.js";
