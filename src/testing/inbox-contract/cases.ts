// All cases of the inbox contract, in their order.
import type { InboxCase } from "./bench.js";
import { crashCases } from "./crash.js";
import { deadCases } from "./dead.js";
import { orderCases } from "./order.js";
import { putCases } from "./put.js";
import { retentionCases } from "./retention.js";
import { retryCases } from "./retry.js";
import { stopCases } from "./stop.js";
import { workCases } from "./work.js";

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
