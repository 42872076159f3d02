// An application that exports its backfill.
import { backfill } from "hookgate/backfill";
import { receiver } from "./receiver.js";
import { source } from "./source.js";

export { receiver };
export const missed = backfill(receiver, { source, pageSize: 4, tries: 1, leaseSeconds: 2 });
