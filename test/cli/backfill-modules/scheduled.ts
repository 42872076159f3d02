// A backfill with a schedule of its own.
import { backfill } from "hookgate/backfill";
import { receiver } from "./receiver.js";
import { source } from "./source.js";

export const missed = backfill(receiver, { source }).start({ everySeconds: 60 });
