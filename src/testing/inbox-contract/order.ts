// Cases of the inbox contract: entries of one key run in order.
import { strict as assert } from "node:assert";
import { DONE, type InboxCase, pause, retry } from "./bench.js";
import { group } from "./group.js";

export const orderCases: readonly InboxCase[] = group("order", [
  [
    "runs entries of one key one after another, as they were put",
    async (b) => {
      const entries = Array.from({ length: 12 }, (_, at) =>
        b.entry({ orderKey: `customer-${at % 3}`, type: `t${at}` }),
      );
      await b.put(...entries);
      const runningOf = new Map<string, number>();
      let overlapped = false;
      const { seen } = b.work(
        async ({ entry }) => {
          const key = entry.orderKey ?? "";
          runningOf.set(key, (runningOf.get(key) ?? 0) + 1);
          if ((runningOf.get(key) ?? 0) > 1) overlapped = true;
          await pause(Math.random() * 20);
          runningOf.set(key, (runningOf.get(key) ?? 0) - 1);
          return DONE;
        },
        { concurrency: 6 },
      );
      await b.until("all ran", () => seen.length === 12);
      assert.ok(!overlapped, "two of one key ran at once");
      for (const key of ["customer-0", "customer-1", "customer-2"]) {
        const types = seen.filter((one) => one.entry.orderKey === key).map((one) => Number(one.entry.type.slice(1)));
        assert.deepEqual(
          types,
          [...types].sort((x, y) => x - y),
        );
      }
    },
    "order",
  ],
  [
    "a failed one holds back those behind it, and nobody else",
    async (b) => {
      const [first, second, other] = [
        b.entry({ orderKey: "a", type: "first" }),
        b.entry({ orderKey: "a", type: "second" }),
        b.entry({ orderKey: "b", type: "other" }),
      ];
      await b.put(first, second, other);
      const { seen } = b.work(({ entry, attempt }) => (entry.type === "first" && attempt === 1 ? retry(2) : DONE));
      await b.untilState(other.key, "done");
      await b.untilState(second.key, "done");
      const types = seen.map((one) => one.entry.type).filter((type) => type !== "other");
      assert.deepEqual(types, ["first", "first", "second"]);
    },
    "order",
  ],
  [
    "a dead one lets those behind it pass",
    async (b) => {
      const first = b.entry({ orderKey: "a" });
      const second = b.entry({ orderKey: "a" });
      await b.put(first, second);
      b.work(({ entry }) => (entry.key === first.key ? { state: "dead", reason: "x" } : DONE));
      await b.untilState(second.key, "done");
      assert.equal(await b.state(first.key), "dead");
    },
    "order",
  ],
]);
