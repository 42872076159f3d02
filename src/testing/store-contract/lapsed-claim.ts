// Cases of the store contract: claims whose lease is over.
import { strict as assert } from "node:assert";
import { RELEASED_RETENTION_SECONDS } from "../../stores/store.js";
import { type Bench, type DedupeStoreCase, done, held, inFlight, lost } from "./bench.js";
import { DAY_SECONDS, group } from "./group.js";

export const lapsedClaimCases: readonly DedupeStoreCase[] = group("a lapsed claim", [
  [
    "is still live shortly before its end",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 600 });
      await b.advance(540);
      await b.expectInFlight(key);
    },
    "advance",
  ],
  [
    "can be claimed, as the next attempt and with a higher fence",
    async (b) => {
      const { key, fence } = await lapsed(b);
      assert.ok((await b.win(key, "b", { attempt: 2 })) > fence, "the fence must rise");
    },
  ],
  [
    "gives the new holder a lease of its own",
    async (b) => {
      const { key } = await lapsed(b);
      await b.win(key, "b", { attempt: 2 });
      await b.expectInFlight(key);
    },
  ],
  [
    "counts attempts and raises the fence each time",
    async (b) => {
      const key = b.key();
      const fences = [await b.win(key, "t1", { attempt: 1 }, { leaseSeconds: 1 })];
      for (const attempt of [2, 3]) {
        await b.elapse(1);
        fences.push(await b.win(key, `t${attempt}`, { attempt }, { leaseSeconds: 1 }));
      }
      assert.deepEqual(
        fences,
        [...new Set(fences)].sort((x, y) => x - y),
      );
    },
    "advance",
  ],
  ["taken over: the first holder's renew is lost", async (b) => lost(await b.renew(await takenOver(b), "a"))],
  [
    "taken over: the first holder's complete is lost and overwrites nothing",
    async (b) => {
      const key = await takenOver(b);
      lost(await b.complete(key, "a", { reply: "late" }));
      await b.expectInFlight(key);
      held(await b.complete(key, "b", { reply: "mine" }));
      lost(await b.complete(key, "a", { reply: "later" }));
      await b.expectDone(key, "mine");
    },
  ],
  [
    "taken over: the first holder's release is lost and frees nothing",
    async (b) => {
      const key = await takenOver(b);
      lost(await b.release(key, "a", "stale"));
      await b.expectInFlight(key);
      held(await b.release(key, "b"));
      await b.win(key, "c", { attempt: 3 });
    },
  ],
  [
    "taken over: the first holder's claim meets the second's",
    async (b) => {
      const key = await takenOver(b);
      inFlight(await b.claim(key, "a"));
    },
  ],
  [
    "taken over: the new holder's body is the one compared with",
    async (b) => {
      const { key } = await lapsed(b);
      await b.claim(key, "b", { body: "second" });
      await b.complete(key, "b");
      done(await b.claim(key, "c", { body: "second" }), undefined, true);
      done(await b.claim(key, "c", { body: "body" }), undefined, false);
    },
  ],
  [
    "hands on the progress of an earlier release",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a", "half");
      await b.claim(key, "b", { leaseSeconds: 1 });
      await b.elapse(1);
      await b.win(key, "c", { attempt: 3, progress: "half" });
    },
  ],
  [
    "not taken over: its holder may renew, and it lives again",
    async (b) => {
      const { key } = await lapsed(b);
      held(await b.renew(key, "a"));
      await b.expectInFlight(key);
    },
  ],
  [
    "not taken over: its holder may complete",
    async (b) => {
      const { key } = await lapsed(b);
      held(await b.complete(key, "a", { reply: "late but alone" }));
      await b.expectDone(key, "late but alone");
    },
  ],
  [
    "not taken over: its holder may release",
    async (b) => {
      const { key } = await lapsed(b);
      held(await b.release(key, "a", "half"));
      await b.win(key, "b", { attempt: 2, progress: "half" });
    },
  ],
  [
    "not taken over: its holder's claim is the same claim",
    async (b) => {
      const { key, fence } = await lapsed(b);
      assert.equal(await b.win(key, "a", { attempt: 1 }), fence, "fence");
      await b.expectInFlight(key);
    },
  ],
  [
    "keeps its attempts for days",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 60 });
      await b.advance(RELEASED_RETENTION_SECONDS - DAY_SECONDS);
      await b.win(key, "b", { attempt: 2 });
    },
    "advance",
  ],
]);

/** Claimed by `a` for a second, which is over. */
async function lapsed(b: Bench): Promise<{ key: string; fence: number }> {
  const key = b.key();
  const fence = await b.win(key, "a", { attempt: 1 }, { leaseSeconds: 1 });
  await b.elapse(1);
  return { key, fence };
}

/** Claimed by `a`, lapsed, and held by `b`. */
async function takenOver(b: Bench): Promise<string> {
  const { key } = await lapsed(b);
  await b.win(key, "b", { attempt: 2 });
  return key;
}
