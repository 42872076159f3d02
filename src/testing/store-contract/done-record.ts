// Cases of the store contract: how long a done key is kept.
import { strict as assert } from "node:assert";
import { type Bench, type DedupeStoreCase, held, lost } from "./bench.js";
import { DAY_SECONDS, group } from "./group.js";

export const doneRecordCases: readonly DedupeStoreCase[] = group("a done record", [
  [
    "is kept until shortly before its retention ends",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.complete(key, "a", { reply: "r", retentionSeconds: 7 * DAY_SECONDS });
      await b.advance(7 * DAY_SECONDS - 60);
      await b.expectDone(key, "r");
    },
    "advance",
  ],
  [
    "is kept from its completion, not from its claim",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 3600 });
      await b.advance(1800);
      await b.complete(key, "a", { retentionSeconds: 3600 });
      await b.advance(3000);
      await b.expectDone(key, undefined);
    },
    "advance",
  ],
  [
    "is kept longer than the lease of its claim",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 1 });
      await b.complete(key, "a", { reply: "r" });
      await b.elapse(1);
      await b.expectDone(key, "r");
    },
  ],
  [
    "is kept no longer when asked for: duplicates do not extend it",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.complete(key, "a", { retentionSeconds: 3600 });
      await b.advance(3000);
      await b.expectDone(key, undefined);
      await b.advance(700);
      await b.win(key, "b", { attempt: 1 });
    },
    "advance",
  ],
  [
    "is forgotten after its retention, with attempts and progress; the fence still rises",
    async (b) => {
      const { key, fence } = await forgotten(b);
      assert.ok((await b.win(key, "c", { attempt: 1 })) > fence, "the fence must rise");
    },
  ],
  [
    "is forgotten by its own retention, not by a neighbour's",
    async (b) => {
      const [short, long] = b.keys(2) as [string, string];
      for (const key of [long, short]) await b.claim(key, "a");
      await b.complete(long, "a", { reply: "long", retentionSeconds: 3600 });
      await b.complete(short, "a", { reply: "short", retentionSeconds: 1 });
      await b.elapse(1);
      await b.win(short, "b", { attempt: 1 });
      await b.expectDone(long, "long");
    },
  ],
  [
    "forgotten: its holder's ops are lost, before and after the key comes again",
    async (b) => {
      const { key } = await forgotten(b);
      lost(await b.renew(key, "b"));
      lost(await b.release(key, "b"));
      lost(await b.complete(key, "b", { reply: "zombie" }));
      await b.win(key, "c", { attempt: 1 });
      lost(await b.renew(key, "b"));
      lost(await b.release(key, "b"));
      lost(await b.complete(key, "b", { reply: "zombie" }));
      held(await b.complete(key, "c", { reply: "new" }));
      await b.expectDone(key, "new");
    },
  ],
  [
    "forgotten by the hundred: each is claimable, and what is still wanted stays",
    async (b) => {
      const expired = b.keys(150);
      const [kept, live, released] = b.keys(3) as [string, string, string];
      for (const key of [...expired, kept, live, released]) await b.claim(key, "a");
      await b.complete(kept, "a", { reply: "kept" });
      await b.release(released, "a", "half");
      for (const key of expired) await b.complete(key, "a", { retentionSeconds: 1 });
      await b.elapse(1);
      await b.win(b.key(), "b", { attempt: 1 });
      for (const key of expired) await b.win(key, "b", { attempt: 1 });
      await b.expectDone(kept, "kept");
      await b.expectInFlight(live);
      await b.win(released, "b", { attempt: 2, progress: "half" });
    },
  ],
]);

/** Released once by `a`, done by `b`, and past its retention. */
async function forgotten(b: Bench): Promise<{ key: string; fence: number }> {
  const key = b.key();
  await b.claim(key, "a");
  await b.release(key, "a", "half");
  const fence = await b.win(key, "b", { attempt: 2, progress: "half" });
  held(await b.complete(key, "b", { reply: "old", retentionSeconds: 1 }));
  await b.elapse(1);
  return { key, fence };
}
