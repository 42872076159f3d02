// Cases of the store contract: what a released claim leaves behind.
import { strict as assert } from "node:assert";
import { RELEASED_RETENTION_SECONDS } from "../../stores/store.js";
import { type DedupeStoreCase, held, lost } from "./bench.js";
import { DAY_SECONDS, group } from "./group.js";

export const releaseCases: readonly DedupeStoreCase[] = group("release", [
  [
    "makes the key claimable at once, as the next attempt and with a higher fence",
    async (b) => {
      const key = b.key();
      const fence = await b.win(key, "a", { attempt: 1 });
      held(await b.release(key, "a"));
      assert.ok((await b.win(key, "b", { attempt: 2 })) > fence, "the fence must rise");
    },
  ],
  [
    "keeps counting over many attempts",
    async (b) => {
      const key = b.key();
      for (let attempt = 1; attempt <= 5; attempt++) {
        await b.win(key, `t${attempt}`, { attempt });
        held(await b.release(key, `t${attempt}`));
      }
    },
  ],
  [
    "hands progress to the next holder",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.release(key, "a", "half"));
      await b.win(key, "b", { attempt: 2, progress: "half" });
    },
  ],
  [
    "replaces progress where given, and keeps it where not",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a", "one");
      await b.claim(key, "b");
      await b.release(key, "b", "two");
      await b.win(key, "c", { attempt: 3, progress: "two" });
      await b.release(key, "c");
      await b.win(key, "d", { attempt: 4, progress: "two" });
    },
  ],
  [
    "takes empty progress as given",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a", "one");
      await b.claim(key, "b");
      await b.release(key, "b", "");
      await b.win(key, "c", { attempt: 3, progress: "" });
    },
  ],
  [
    "is lost for another token, and the claim goes on",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      lost(await b.release(key, "b", "not mine"));
      await b.expectInFlight(key);
      await b.win(key, "a", { attempt: 1 });
    },
  ],
  [
    "is lost for an unknown key and makes no record",
    async (b) => {
      const key = b.key();
      lost(await b.release(key, "a", "half"));
      await b.win(key, "b", { attempt: 1 });
    },
  ],
  [
    "is held again for the token that did it, and changes nothing",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.release(key, "a", "half"));
      held(await b.release(key, "a", "half"));
      await b.win(key, "b", { attempt: 2, progress: "half" });
    },
  ],
  [
    "is lost once somebody else holds it, and frees nothing",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.release(key, "a"));
      await b.claim(key, "b");
      lost(await b.release(key, "a"));
      await b.expectInFlight(key);
    },
  ],
  [
    "is lost after complete, which stands",
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      await b.complete(key, "a", { reply: "r" });
      lost(await b.release(key, "a"));
      await b.expectDone(key, "r");
    },
  ],
  [
    "keeps attempts and progress for days, and not for ever",
    async (b) => {
      const [kept, dropped] = b.keys(2) as [string, string];
      for (const key of [kept, dropped]) {
        await b.claim(key, "a");
        await b.release(key, "a", "half");
      }
      await b.advance(RELEASED_RETENTION_SECONDS - DAY_SECONDS);
      await b.win(kept, "b", { attempt: 2, progress: "half" });
      await b.advance(2 * DAY_SECONDS);
      await b.win(dropped, "b", { attempt: 1 });
    },
    "advance",
  ],
]);
