// All cases of the store contract: single calls, races, and the model.
import type { DedupeStoreCase } from "./bench.js";
import { claimCases } from "./claim.js";
import { completeCases } from "./complete.js";
import { doneRecordCases } from "./done-record.js";
import { keptTextCases } from "./kept-texts.js";
import { lapsedClaimCases } from "./lapsed-claim.js";
import { modelCases } from "./model.js";
import { raceCases } from "./races.js";
import { releaseCases } from "./release.js";
import { renewCases } from "./renew.js";

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
