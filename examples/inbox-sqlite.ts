// An inbox in a SQLite file: an event is on the disk before its sender gets success, and is handled later. An event that
// fails too often is dead, and is redriven when the cause is gone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver, RetryLater } from "hookgate";
import { type SqliteInbox, sqliteInbox } from "hookgate/inbox/sqlite";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { until } from "./instances.js";

const PATH = "/webhooks/stripe";

export const sender = stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET ?? "whsec_for_trying_it_out" });

export interface Books {
  /** Throws where the invoice cannot be booked. */
  book(invoice: string, attempt: number): void;
}

export function createApp(path: string, books: Books) {
  const inbox: SqliteInbox = sqliteInbox(path);
  const receiver = createReceiver(sender, {
    scope: "billing",
    inbox,
    onError: (error) => console.log(`    ${error.code}: ${error.message}`),
  });
  receiver.on("invoice.paid", (event, context) => {
    const { id } = event.payload.data.object as { id: string };
    books.book(id, context.attempt);
    console.log(`    booked ${id}, at attempt ${context.attempt}`);
  });
  const app: Express = express();
  app.use(PATH, receiver);
  return { app, receiver, inbox };
}

async function demonstrate(path: string): Promise<void> {
  let isAccountMissing = true;
  const { app, receiver, inbox } = createApp(path, {
    book(invoice, attempt) {
      if (invoice === "in_2" && attempt === 1) throw new RetryLater({ afterSeconds: 0.1 });
      if (invoice === "in_3" && isAccountMissing) throw new Error("there is no account for in_3");
    },
  });
  const test = createTestSender(sender).to(app);
  const pay = (invoice: string) =>
    test.send("invoice.paid", { data: { object: { id: invoice } } }, { id: `evt_of_${invoice}`, path: PATH });
  const show = async (): Promise<void> => {
    const { waiting, running, done, dead } = await inbox.counts();
    console.log(`    waiting ${waiting}, running ${running}, done ${done}, dead ${dead}`);
  };

  console.log("Nobody works the inbox yet. Three events come, and one of them twice:");
  for (const invoice of ["in_1", "in_2", "in_3", "in_1"]) {
    const { status } = await pay(invoice);
    console.log(`    ${invoice}: the sender got ${status}`);
  }
  await show();

  console.log("\nreceiver.work() begins. Failures are tried again, three times at most here:");
  receiver.work({ maxAttempts: 3, backoffBaseSeconds: 0.1, backoffCapSeconds: 0.2 });
  await until(async () => (await inbox.counts()).dead === 1 && (await inbox.counts()).done === 2);
  await show();

  console.log("\nThe dead, with the reason:");
  const dead = await inbox.list({ state: "dead" });
  for (const { entry, attempts, reason } of dead) console.log(`    ${entry.id}, ${attempts} attempts: ${reason}`);

  console.log("\nThe account is made, and the dead are redriven:");
  isAccountMissing = false;
  await inbox.redrive(dead.map(({ entry }) => entry.key));
  await until(async () => (await inbox.counts()).done === 3);
  await show();

  console.log("\nThe sender sends one of them once more:");
  console.log(`    in_3: the sender got ${(await pay("in_3")).status}, and no handler ran`);
  await test.close();
  await receiver.close({ graceSeconds: 5 });
  await inbox.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-example-"));
  await demonstrate(join(folder, "events.db"));
  rmSync(folder, { recursive: true, force: true });
}
