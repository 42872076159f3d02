// An application that listens when it is imported, on a port that is taken.
import { createServer } from "node:http";
import { backfill } from "hookgate/backfill";
import { receiver } from "./receiver.js";
import { source } from "./source.js";

export const missed = backfill(receiver, { source, tries: 1 });
createServer(receiver).listen(Number(new URL(process.env.STRIPE_URL ?? "").port), "127.0.0.1");
