// Retention: what is done and what is dead is kept for its own time, and no longer.
import { strict as assert } from "node:assert";
import type { Inbox } from "../../inbox/inbox.js";
import { DONE, type InboxBench, type InboxCase } from "./bench.js";
import { group } from "./group.js";

const SHORT_SECONDS = 1;
const LONG_SECONDS = 7_200;

/** One entry done and one dead, in an inbox that keeps each so long. */
async function ended(b: InboxBench, retentionSeconds: number, deadRetentionSeconds: number) {
  const inbox = b.harness.withRetention?.({ retentionSeconds, deadRetentionSeconds });
  assert.ok(inbox, "a case of retention needs withRetention");
  inbox.attach(b.needs(b.source));
  const [done, dead] = [b.entry(), b.entry()];
  await inbox.put([done, dead]);
  const { seen, stop } = b.work(({ entry }) => (entry.key === done.key ? DONE : { state: "dead", reason: "no use" }), {
    inbox,
  });
  await b.until("both ran", () => seen.length === 2);
  await stop();
  return { inbox, done, dead };
}

async function untilForgotten(b: InboxBench, inbox: Inbox<unknown>, key: string): Promise<void> {
  await b.until("it is forgotten", async () => {
    await inbox.purge();
    return (await inbox.get(key)) === undefined;
  });
}

export const retentionCases: readonly InboxCase[] = group("retention", [
  [
    "forgets what is done after its time, and goes on keeping what is dead",
    async (b) => {
      const { inbox, done, dead } = await ended(b, SHORT_SECONDS, LONG_SECONDS);
      await untilForgotten(b, inbox, done.key);
      const record = await inbox.get(dead.key);
      assert.equal(record?.state, "dead");
      assert.equal(record.reason, "no use");
      assert.deepEqual(await inbox.put([done, dead]), ["stored", "known"]);
    },
    "retention",
  ],
  [
    "forgets what is dead after its time, and goes on keeping what is done",
    async (b) => {
      const { inbox, done, dead } = await ended(b, LONG_SECONDS, SHORT_SECONDS);
      await untilForgotten(b, inbox, dead.key);
      assert.equal((await inbox.get(done.key))?.state, "done");
      assert.deepEqual(await inbox.put([done, dead]), ["known", "stored"]);
    },
    "retention",
  ],
  [
    "forgets nothing before its time, and nothing that waits",
    async (b) => {
      const { inbox, done, dead } = await ended(b, LONG_SECONDS, LONG_SECONDS);
      const waiting = b.entry();
      await inbox.put([waiting]);
      await inbox.purge();
      for (const [{ key }, state] of [
        [done, "done"],
        [dead, "dead"],
        [waiting, "waiting"],
      ] as const) {
        assert.equal((await inbox.get(key))?.state, state);
      }
    },
    "retention",
  ],
]);
