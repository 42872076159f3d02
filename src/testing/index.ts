// The public names of hookgate/testing.
export type { SignedDelivery, TestRequest } from "./compose.js";
export { type DedupeStoreHarness, describeDedupeStore, type TestApi } from "./describe-dedupe-store.js";
export { describeInbox, type InboxHarness } from "./describe-inbox.js";
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
  type BoundTestSender,
  createTestSender,
  type SendOptions,
  type SentDelivery,
  type TestSender,
  type TestSenderOptions,
} from "./test-sender.js";
