// All storms, in the order in which they run.
import type { Storm } from "../storm.js";
import { DUPLICATES } from "./duplicates.js";
import { KILLS } from "./kills.js";
import { OUTAGES } from "./outages.js";
import { POINTS } from "./points.js";

export const STORMS: readonly Storm[] = [...KILLS, ...DUPLICATES, ...POINTS, ...OUTAGES];
