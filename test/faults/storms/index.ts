// All storms, in the order in which they run.
import type { Storm } from "../storm.js";
import { CLOCKS } from "./clocks.js";
import { DISKS } from "./disk.js";
import { DUPLICATES } from "./duplicates.js";
import { KILLS } from "./kills.js";
import { LOADS } from "./load.js";
import { OUTAGES } from "./outages.js";
import { POINTS } from "./points.js";
import { STALLS } from "./stalls.js";

export const STORMS: readonly Storm[] = [
  ...KILLS,
  ...DUPLICATES,
  ...POINTS,
  ...OUTAGES,
  ...STALLS,
  ...DISKS,
  ...CLOCKS,
  ...LOADS,
];
