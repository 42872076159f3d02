// Cases of the store contract: who gets a key, and who has to wait.
import { strict as assert } from "node:assert";
import { type DedupeStoreCase, held, inFlight } from "./bench.js";
import { group } from "./group.js";

export const claimCases: readonly DedupeStoreCase[] = group("claim", [
  [
    "gives an unknown key to whoever asks, as attempt 1",
    async (b) => {
      const fence = await b.win(b.key(), "a", { attempt: 1 });
      assert.ok(fence > 0, `fence must be above 0, got ${fence}`);
    },
  ],
  [
    "answers in_flight to another token",
    async (b) => {
      const key = b.key();
      await b.win(key, "a", { attempt: 1 });
      inFlight(await b.claim(key, "b"));
      inFlight(await b.claim(key, "b"));
    },
  ],
  [
    "says when to come again: whole seconds, the lease that is left",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 60 });
      const seconds = inFlight(await b.claim(key, "b", { leaseSeconds: 900 }));
      assert.ok(Number.isInteger(seconds) && seconds > 30 && seconds <= 60, `retryAfterSeconds is ${seconds}`);
    },
  ],
  [
    "never says to come again in 0 s",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 1 });
      assert.equal(inFlight(await b.claim(key, "b")), 1);
    },
  ],
  [
    "counts the lease that is left down",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 600 });
      await b.advance(500);
      const seconds = inFlight(await b.claim(key, "b"));
      assert.ok(seconds > 70 && seconds <= 100, `retryAfterSeconds is ${seconds}`);
    },
    "advance",
  ],
  [
    "gives the same token the same claim again",
    async (b) => {
      const key = b.key();
      const fence = await b.win(key, "a", { attempt: 1 });
      for (let i = 0; i < 3; i++) assert.equal(await b.win(key, "a", { attempt: 1 }), fence, "fence");
    },
  ],
  [
    "does not count the same token's second claim as an attempt",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.claim(key, "a");
      await b.release(key, "a");
      await b.win(key, "b", { attempt: 2 });
    },
  ],
  [
    "gives the same token the progress again too",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a", "half");
      await b.win(key, "b", { attempt: 2, progress: "half" });
      await b.win(key, "b", { attempt: 2, progress: "half" });
    },
  ],
  [
    "begins the lease anew when the same token claims again",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { leaseSeconds: 1 });
      await b.claim(key, "a", { leaseSeconds: 60 });
      await b.elapse(1);
      await b.expectInFlight(key);
    },
  ],
  [
    "gives a token that released a new claim",
    async (b) => {
      const key = b.key();
      const fence = await b.win(key, "a", { attempt: 1 });
      held(await b.release(key, "a"));
      assert.ok((await b.win(key, "a", { attempt: 2 })) > fence, "the fence must rise");
    },
  ],
  [
    "keeps keys apart that differ in one character or in case",
    async (b) => {
      const stem = b.key().slice(0, 42);
      for (const last of ["A", "a", "B", "_", "-"]) await b.win(stem + last, `token-${last}`, { attempt: 1 });
      held(await b.complete(`${stem}A`, "token-A", { reply: "A" }));
      await b.expectDone(`${stem}A`, "A");
      await b.expectInFlight(`${stem}a`);
    },
  ],
  [
    "lets one token hold several keys",
    async (b) => {
      const [one, two] = b.keys(2) as [string, string];
      await b.win(one, "a", { attempt: 1 });
      await b.win(two, "a", { attempt: 1 });
      held(await b.complete(one, "a"));
      held(await b.renew(two, "a"));
      await b.expectInFlight(two);
    },
  ],
  [
    "shows every connection the same records",
    async (b) => {
      const key = b.key();
      const last = b.peer(b.stores.length - 1);
      await b.claim(key, "a");
      inFlight(await b.claim(key, "b", { store: last }));
      held(await b.complete(key, "a", { reply: "r", store: last }));
      await b.expectDone(key, "r");
    },
  ],
]);
