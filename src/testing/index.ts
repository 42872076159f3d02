// The public names of hookgate/testing.
export { type Instant, type TestClock, testClock } from "../test-sender/clock.js";
export type { SignedDelivery, TestRequest } from "../test-sender/compose.js";
export { retrySchedule } from "../test-sender/retry-schedule.js";
export {
  type Attempt,
  type Persisted,
  type PersistOptions,
  realClock,
  type SenderClock,
  sendPersistently,
  virtualClock,
} from "../test-sender/retrying-sender.js";
export type { Tamper } from "../test-sender/tamper.js";
export type { TestAnswer, TestTarget } from "../test-sender/targets.js";
export {
  type BoundTestSender,
  createTestSender,
  type SendOptions,
  type SentDelivery,
  type TestSender,
  type TestSenderOptions,
} from "../test-sender/test-sender.js";
export { describeInbox, type InboxHarness } from "./inbox-contract/index.js";
export { type MatcherAnswer, type WebhookMatchers, webhookMatchers } from "./matchers.js";
export {
  type RecordedDelivery,
  type Recording,
  type RecordOptions,
  type ReplayOptions,
  recordDeliveries,
  replayDelivery,
} from "./recorded.js";
export {
  runScenario,
  runScenarios,
  type ScenarioName,
  type ScenarioOptions,
  type ScenarioResult,
  scenarioNames,
} from "./scenarios/index.js";
export type { ScenarioStep } from "./scenarios/stage.js";
export { type DedupeStoreHarness, describeDedupeStore, type TestApi } from "./store-contract/index.js";
export {
  type TestContextOptions,
  type TestEventFields,
  type TestRun,
  testContext,
  testEvent,
} from "./test-context.js";
