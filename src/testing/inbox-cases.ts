// What must hold of every inbox? All groups of its cases, in their order.
import type { InboxCase } from "./inbox-bench.js";
import { crashCases } from "./inbox-cases/crash.js";
import { deadCases } from "./inbox-cases/dead.js";
import { orderCases } from "./inbox-cases/order.js";
import { putCases } from "./inbox-cases/put.js";
import { retentionCases } from "./inbox-cases/retention.js";
import { retryCases } from "./inbox-cases/retry.js";
import { stopCases } from "./inbox-cases/stop.js";
import { workCases } from "./inbox-cases/work.js";

export const inboxCases: readonly InboxCase[] = [
  ...putCases,
  ...workCases,
  ...retryCases,
  ...deadCases,
  ...retentionCases,
  ...orderCases,
  ...stopCases,
  ...crashCases,
];
