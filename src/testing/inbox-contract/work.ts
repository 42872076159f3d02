// Cases of the inbox contract: what runs, how much at once, and how often.
import { strict as assert } from "node:assert";
import { DONE, type InboxCase, pause } from "./bench.js";
import { group } from "./group.js";

export const workCases: readonly InboxCase[] = group("work", [
  [
    "runs what was put before it began, and what is put after",
    async (b) => {
      await b.put(b.entry());
      const { seen } = b.work();
      await b.until("the first ran", () => seen.length === 1);
      await b.put(b.entry());
      await b.until("the second ran", () => seen.length === 2);
      assert.deepEqual(
        seen.map((one) => one.attempt),
        [1, 1],
      );
    },
  ],
  [
    "runs no more than its concurrency at once",
    async (b) => {
      await b.put(...Array.from({ length: 8 }, () => b.entry()));
      let running = 0;
      let most = 0;
      const { seen } = b.work(
        async () => {
          most = Math.max(most, ++running);
          await pause(50);
          running--;
          return DONE;
        },
        { concurrency: 2 },
      );
      await b.until("all ran", () => seen.length === 8);
      assert.ok(most <= 2, `${most} ran at once`);
    },
  ],
  [
    "runs only what is of its source",
    async (b) => {
      const other = `${b.source}-other`;
      b.attach(other);
      await b.put(b.entry({ source: other }), b.entry());
      const { seen } = b.work();
      await b.until("its own ran", () => seen.length === 1);
      await pause(300);
      assert.deepEqual(
        seen.map((one) => one.entry.source),
        [b.source],
      );
    },
    "sources",
  ],
  [
    "shares the work among workers, and runs each entry once",
    async (b) => {
      const workers = [b.inbox, ...b.peers].map((inbox) =>
        b.work(
          async () => {
            await pause(5);
            return DONE;
          },
          { inbox },
        ),
      );
      const entries = Array.from({ length: 60 }, () => b.entry());
      await b.put(...entries);
      const seen = () => workers.flatMap((worker) => worker.seen.map((one) => one.entry.key));
      await b.until("all ran", () => seen().length >= 60);
      await pause(200);
      assert.equal(seen().length, 60);
      assert.equal(new Set(seen()).size, 60);
    },
  ],
  [
    "survives a run that rejects, against the contract, as a failed one",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      let calls = 0;
      b.work(() => {
        calls++;
        if (calls === 1) return Promise.reject(new Error("broken run"));
        return DONE;
      });
      await b.untilState(entry.key, "done");
      assert.equal(calls, 2);
    },
  ],
]);
