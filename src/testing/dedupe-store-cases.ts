// What must hold of every dedupe store? The cases of one caller after another, the races between several, and the model.
import type { DedupeStoreCase } from "./dedupe-store-bench.js";
import { claimCases } from "./dedupe-store-cases/claim.js";
import { completeCases } from "./dedupe-store-cases/complete.js";
import { doneRecordCases } from "./dedupe-store-cases/done-record.js";
import { keptTextCases } from "./dedupe-store-cases/kept-texts.js";
import { lapsedClaimCases } from "./dedupe-store-cases/lapsed-claim.js";
import { releaseCases } from "./dedupe-store-cases/release.js";
import { renewCases } from "./dedupe-store-cases/renew.js";
import { modelCases } from "./dedupe-store-model.js";
import { raceCases } from "./dedupe-store-races.js";

export const dedupeStoreCases: readonly DedupeStoreCase[] = [
  ...claimCases,
  ...lapsedClaimCases,
  ...renewCases,
  ...completeCases,
  ...doneRecordCases,
  ...releaseCases,
  ...keptTextCases,
  ...raceCases,
  ...modelCases,
];
