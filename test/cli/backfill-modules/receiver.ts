// The receiver of an application: its ledger is a file, and its store one that processes share.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { sqliteStore } from "hookgate/stores/sqlite";

const { DATABASE = "", LEDGER = "", HOLD = "", FAIL_AT, SLOW } = process.env;
const store = sqliteStore(DATABASE);
await store.migrate();
export const receiver = createReceiver(stripe({ secret: "whsec_0123456789abcdef" }), {
  scope: "billing",
  dedupe: { store },
});
let count = 0;
receiver.on("invoice.paid", async ({ id }) => {
  count++;
  if (FAIL_AT === String(count)) throw new Error("the ledger is closed");
  if (SLOW !== undefined) await pause(100);
  if (count === 1) console.log("the first");
  while (existsSync(HOLD)) await pause(20);
  appendFileSync(LEDGER, `${id}\n`);
  console.log("paid", id);
});
// The process would not end by itself.
setInterval(() => undefined, 1_000);
