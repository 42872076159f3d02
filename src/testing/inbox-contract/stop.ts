// Cases of the inbox contract: a worker that stops.
import { strict as assert } from "node:assert";
import { DONE, gate, type InboxCase, pause, retry } from "./bench.js";
import { group } from "./group.js";

export const stopCases: readonly InboxCase[] = group("stop", [
  [
    "waits for what runs, and takes nothing more",
    async (b) => {
      const { opened, open } = gate();
      await b.put(b.entry());
      const worker = b.work(
        async () => {
          await opened;
          return DONE;
        },
        { concurrency: 1 },
      );
      await b.until("it runs", () => worker.seen.length === 1);
      await b.put(b.entry());
      let isStopped = false;
      const stopped = worker.stop().then(() => {
        isStopped = true;
      });
      await pause(100);
      assert.equal(isStopped, false);
      open();
      await stopped;
      await pause(200);
      assert.equal(worker.seen.length, 1);
      const counts = await b.inbox.counts(b.source);
      assert.deepEqual([counts.waiting, counts.running, counts.done], [1, 0, 1]);
    },
  ],
  [
    "leaves an uncounted retry for the next worker at once",
    async (b) => {
      const entry = b.entry();
      const { opened, open } = gate();
      await b.put(entry);
      const first = b.work(async () => {
        await opened;
        return retry(0, { isCounted: false });
      });
      await b.until("it runs", () => first.seen.length === 1);
      const stopped = first.stop();
      open();
      await stopped;
      const second = b.work();
      await b.until("the next worker runs it", () => second.seen.length === 1);
      assert.equal(second.seen[0]?.attempt, 1);
    },
  ],
]);
