// Cases of the inbox contract: dead entries, redrive, lists and counts.
import { strict as assert } from "node:assert";
import { DONE, type InboxCase, pause, retry } from "./bench.js";
import { group } from "./group.js";

export const deadCases: readonly InboxCase[] = group("dead", [
  [
    "is kept with its reason, and does not run",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(() => ({ state: "dead", reason: "no such order" }));
      await b.untilState(entry.key, "dead");
      const [record] = await b.inbox.list({ state: "dead", source: b.source });
      assert.equal(record?.entry.key, entry.key);
      assert.equal(record.reason, "no such order");
      assert.equal(Buffer.from(record.entry.body).toString(), '{"total":1}');
      await pause(300);
      assert.equal(seen.length, 1);
      assert.deepEqual(await b.inbox.put([entry]), ["known"]);
    },
  ],
  [
    "waits again after redrive, with its attempts forgotten",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      let isMended = false;
      const { seen } = b.work(({ attempt }) =>
        isMended ? DONE : attempt < 2 ? retry(0) : { state: "dead", reason: "twice" },
      );
      await b.untilState(entry.key, "dead");
      isMended = true;
      assert.equal(await b.inbox.redrive([entry.key]), 1);
      await b.untilState(entry.key, "done");
      assert.deepEqual(
        seen.map((one) => one.attempt),
        [1, 2, 1],
      );
    },
  ],
  [
    "a done one can be run again too, from its bytes",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work();
      await b.untilState(entry.key, "done");
      assert.equal(await b.inbox.redrive([entry.key]), 1);
      await b.until("it ran again", () => seen.length === 2);
      await b.untilState(entry.key, "done");
      assert.equal(Buffer.from(seen[1]?.entry.body ?? []).toString(), '{"total":1}');
    },
  ],
  [
    "redrive leaves what waits, runs or is not known",
    async (b) => {
      const waiting = b.entry();
      await b.put(waiting);
      assert.equal(await b.inbox.redrive([waiting.key, b.entry().key]), 0);
    },
  ],
  [
    "lists in pages, oldest first",
    async (b) => {
      const entries = Array.from({ length: 5 }, () => b.entry());
      for (const entry of entries) {
        await b.put(entry);
        await pause(5);
      }
      const first = await b.inbox.list({ state: "waiting", source: b.source, limit: 3 });
      const last = first.at(-1)?.entry.key;
      const second = await b.inbox.list({
        state: "waiting",
        source: b.source,
        limit: 3,
        ...(last === undefined ? {} : { afterKey: last }),
      });
      assert.deepEqual(
        [...first, ...second].map((record) => record.entry.key),
        entries.map((entry) => entry.key),
      );
    },
  ],
  [
    "counts what is in each state",
    async (b) => {
      const [done, dead, waiting] = [b.entry(), b.entry(), b.entry()];
      await b.put(done, dead, waiting);
      const { seen, stop } = b.work(({ entry }) =>
        entry.key === done.key ? DONE : entry.key === dead.key ? { state: "dead", reason: "x" } : retry(3_600),
      );
      await b.until("all ran", () => seen.length === 3);
      await b.untilState(waiting.key, "waiting");
      await b.untilState(done.key, "done");
      await b.untilState(dead.key, "dead");
      await stop();
      const counts = await b.inbox.counts(b.source);
      assert.deepEqual(
        { waiting: counts.waiting, running: counts.running, done: counts.done, dead: counts.dead },
        { waiting: 1, running: 0, done: 1, dead: 1 },
      );
      assert.equal(counts.oldestWaitingSeconds, 0);
    },
  ],
]);
