// A backfill that gives up an event that fails.
import { backfill } from "hookgate/backfill";
import { receiver } from "./receiver.js";
import { source } from "./source.js";

export const missed = backfill(receiver, { source, tries: 1, onFailure: "skip" });
