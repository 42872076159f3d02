// Two backfills of one receiver.
import { backfill } from "hookgate/backfill";
import { receiver } from "./receiver.js";
import { source } from "./source.js";

export { receiver };
export const one = backfill(receiver, { source });
export const two = backfill(receiver, { source });
