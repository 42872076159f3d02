// Cases of the store contract: when a renewal holds.
import { strict as assert } from "node:assert";
import { type DedupeStoreCase, held, lost } from "./bench.js";
import { group } from "./group.js";

export const renewCases: readonly DedupeStoreCase[] = group("renew", [
  [
    "extends the holder's lease",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 1 });
      held(await b.renew(key, "a", 60));
      await b.elapse(1);
      await b.expectInFlight(key);
    },
  ],
  [
    "counts the lease from now, so that it may also shorten it",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 60 });
      held(await b.renew(key, "a", 1));
      await b.elapse(1);
      await b.win(key, "b", { attempt: 2 });
    },
  ],
  [
    "may be repeated, and counts no attempt",
    async (b) => {
      const key = b.key();
      const fence = await b.win(key, "a", { attempt: 1 });
      for (let i = 0; i < 3; i++) held(await b.renew(key, "a"));
      assert.equal(await b.win(key, "a", { attempt: 1 }), fence, "fence");
    },
  ],
  [
    "is lost for another token, whose lease changes nothing",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 1 });
      lost(await b.renew(key, "b", 60));
      await b.elapse(1);
      await b.win(key, "c", { attempt: 2 });
    },
  ],
  [
    "is lost for an unknown key and makes no record",
    async (b) => {
      const key = b.key();
      lost(await b.renew(key, "a"));
      await b.win(key, "b", { attempt: 1 });
    },
  ],
  [
    "is lost after complete, which stands",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.complete(key, "a", { reply: "r" });
      lost(await b.renew(key, "a"));
      await b.expectDone(key, "r");
    },
  ],
  [
    "is lost after release, which stands",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a");
      lost(await b.renew(key, "a"));
      await b.win(key, "b", { attempt: 2 });
    },
  ],
]);
