// Cases of the inbox contract: retries after failed runs.
import { strict as assert } from "node:assert";
import { DONE, type InboxCase, pause, retry } from "./bench.js";
import { group } from "./group.js";

export const retryCases: readonly InboxCase[] = group("retry", [
  [
    "runs it again, with the attempts counted and the progress handed on",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(({ attempt }) => (attempt < 3 ? retry(0, { progress: `p${attempt}` }) : DONE));
      await b.untilState(entry.key, "done");
      assert.deepEqual(
        seen.map((one) => [one.attempt, one.progress]),
        [
          [1, undefined],
          [2, "p1"],
          [3, "p2"],
        ],
      );
    },
  ],
  [
    "keeps the progress of a run that adds none",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(({ attempt }) =>
        attempt === 1 ? retry(0, { progress: "half" }) : attempt === 2 ? retry(0) : DONE,
      );
      await b.untilState(entry.key, "done");
      assert.equal(seen[2]?.progress, "half");
    },
  ],
  [
    "does not run it before its time",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(({ attempt }) => (attempt === 1 ? retry(2) : DONE));
      await b.untilState(entry.key, "done");
      const waitedMs = (seen[1]?.startedMs ?? 0) - (seen[0]?.startedMs ?? 0);
      assert.ok(waitedMs >= 1_900, `ran again after ${waitedMs} ms`);
    },
  ],
  [
    "lets others run meanwhile",
    async (b) => {
      const slow = b.entry();
      const quick = b.entry();
      await b.put(slow);
      const { seen } = b.work(({ entry }) => (entry.key === slow.key ? retry(60) : DONE));
      await b.until("the first failed", () => seen.length === 1);
      await b.put(quick);
      await b.untilState(quick.key, "done");
      await b.untilState(slow.key, "waiting");
    },
  ],
  [
    "does not count a run that is not to be counted",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      let runs = 0;
      const { seen } = b.work(() => (++runs <= 4 ? retry(0, { isCounted: false }) : DONE));
      await b.untilState(entry.key, "done");
      assert.deepEqual(
        seen.map((one) => one.attempt),
        [1, 1, 1, 1, 1],
      );
    },
  ],
  [
    "tells why it waits",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(() => retry(3_600));
      await b.until("it ran", () => seen.length === 1);
      await b.untilState(entry.key, "waiting");
      const record = await b.inbox.get(entry.key);
      assert.equal(record?.reason, "it failed");
      assert.equal(record.attempts, 1);
      assert.ok((record.runAtMs ?? 0) > Date.now() + 3_000_000, "runAtMs lies an hour ahead");
    },
  ],
  [
    "clamps a time that is out of all reason",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(() => retry(1e12));
      await b.until("it ran", () => seen.length === 1);
      await pause(1_000);
      assert.equal(seen.length, 1);
    },
  ],
]);
