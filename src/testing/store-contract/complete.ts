// Cases of the store contract: when a key is done, and with which reply.
import { type DedupeStoreCase, done, held, lost } from "./bench.js";
import { group } from "./group.js";

export const completeCases: readonly DedupeStoreCase[] = group("complete", [
  [
    "makes the key done for everybody, its holder too",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.complete(key, "a", { reply: "r" }));
      for (const token of ["b", "a", "c", "b"]) done(await b.claim(key, token), "r", true);
    },
  ],
  [
    "keeps a plain success as no reply",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.complete(key, "a"));
      await b.expectDone(key, undefined);
    },
  ],
  [
    "keeps an empty reply apart from none",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.complete(key, "a", { reply: "" }));
      await b.expectDone(key, "");
    },
  ],
  [
    "tells the same body from another",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a", { body: "one" });
      await b.complete(key, "a");
      done(await b.claim(key, "b", { body: "one" }), undefined, true);
      done(await b.claim(key, "b", { body: "two" }), undefined, false);
    },
  ],
  [
    "is lost for another token, and the claim goes on",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      lost(await b.complete(key, "b", { reply: "not mine" }));
      await b.expectInFlight(key);
      held(await b.complete(key, "a", { reply: "mine" }));
      await b.expectDone(key, "mine");
    },
  ],
  [
    "is lost for an unknown key and makes no record",
    async (b) => {
      const key = b.key();
      lost(await b.complete(key, "a", { reply: "r" }));
      await b.win(key, "b", { attempt: 1 });
    },
  ],
  [
    "is held again for the token that did it, and changes nothing",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.complete(key, "a", { reply: "first" }));
      held(await b.complete(key, "a", { reply: "second" }));
      await b.expectDone(key, "first");
    },
  ],
  [
    "is lost for another token after it was done",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.complete(key, "a", { reply: "first" }));
      lost(await b.complete(key, "b", { reply: "second" }));
      await b.expectDone(key, "first");
    },
  ],
  [
    "is lost after release, which stands",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a");
      lost(await b.complete(key, "a"));
      await b.win(key, "b", { attempt: 2 });
    },
  ],
  [
    "works on a later attempt",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a", "half");
      await b.claim(key, "b");
      held(await b.complete(key, "b", { reply: "r" }));
      await b.expectDone(key, "r");
    },
  ],
]);
