// Cases of the inbox contract: a worker's process dies.
import { strict as assert } from "node:assert";
import { POISON_STARTS } from "../../inbox/inbox.js";
import { DONE, type InboxBench, type InboxCase } from "./bench.js";
import { group } from "./group.js";

export const crashCases: readonly InboxCase[] = group("a crash", [
  [
    "gives the entry to another worker, counted",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const lost = b.work(() => new Promise(() => undefined));
      await b.until("it runs", () => lost.seen.length === 1);
      await b.crash(b.inbox);
      const { seen } = b.work(() => DONE, { inbox: survivor(b) });
      await b.until("another worker runs it", () => seen.length === 1, recoveryMs(b));
      assert.equal(seen[0]?.attempt, 2);
    },
    "crash",
  ],
  [
    `kills an entry whose ${POISON_STARTS} starts never ended`,
    async (b) => {
      // Only what can crash several times in one case: each start has a connection of its own.
      const entry = b.entry();
      await b.put(entry);
      const workers = [b.inbox, ...b.peers];
      if (workers.length < POISON_STARTS + 1) return;
      for (let at = 0; at < POISON_STARTS; at++) {
        const inbox = workers[at] as typeof b.inbox;
        const lost = b.work(() => new Promise(() => undefined), { inbox });
        await b.until(`start ${at + 1}`, () => lost.seen.length === 1, recoveryMs(b));
        await b.crash(inbox);
      }
      const last = workers[POISON_STARTS] as typeof b.inbox;
      const { seen } = b.work(() => DONE, { inbox: last });
      await b.until("it is dead", async () => (await last.get(entry.key))?.state === "dead", recoveryMs(b));
      assert.equal(seen.length, 0);
      assert.equal(b.dead.length, 1);
      assert.match((await last.get(entry.key))?.reason ?? "", /3|stall|process/i);
    },
    "crash",
  ],
]);

function survivor(b: InboxBench): InboxBench["inbox"] {
  const peer = b.peers[0];
  assert.ok(peer, "a case of a crash needs a peer");
  return peer;
}

function recoveryMs(b: InboxBench): number {
  return (b.harness.recoverySeconds ?? 10) * 1_000 + 5_000;
}
