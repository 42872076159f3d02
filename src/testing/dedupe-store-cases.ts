// What must hold of one caller after another? The table of named cases; races and the model are files of their own.
import { strict as assert } from "node:assert";
import { RELEASED_RETENTION_SECONDS } from "../dedupe/store.js";
import { type Bench, type DedupeStoreCase, done, held, inFlight, lost } from "./dedupe-store-bench.js";
import { modelCases } from "./dedupe-store-model.js";
import { raceCases } from "./dedupe-store-races.js";

const DAY_SECONDS = 86_400;

function group(name: string, cases: readonly (readonly [string, DedupeStoreCase["run"], "advance"?])[]) {
  return cases.map(([rule, run, need]) => ({ group: name, name: rule, needsAdvance: need === "advance", run }));
}

const claiming: readonly DedupeStoreCase[] = group("claim", [
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

const takingOver: readonly DedupeStoreCase[] = group("a lapsed claim", [
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

const renewing: readonly DedupeStoreCase[] = group("renew", [
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

const completing: readonly DedupeStoreCase[] = group("complete", [
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

const remembering: readonly DedupeStoreCase[] = group("a done record", [
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

const releasing: readonly DedupeStoreCase[] = group("release", [
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

/** What a store may be asked to keep. Each text is tried as reply and as progress. */
const TEXTS: Readonly<Record<string, string>> = {
  "16 KB": "x".repeat(16_384),
  "16 KB of characters that take three bytes": "€".repeat(5461),
  "characters beyond the basic plane": "🦊 𝒽ook 𐍈",
  "NUL and other control characters": "a\u0000b\u0001\u001f\u007f\u0085\u2028z",
  "quotes, backslashes and percent signs": `'"\\ %s $1 {} ''; --`,
  "line ends and white space at both ends": "\r\n  two\nlines\t \n",
  "a text that looks like nothing": "null",
  JSON: '{"status":200,"headers":{},"body":"\\u0000 ok"}',
};

const keeping: readonly DedupeStoreCase[] = group(
  "what it keeps",
  Object.entries(TEXTS).map(([name, text]) => [
    `comes back unchanged: ${name}`,
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.release(key, "a", text));
      await b.win(key, "b", { attempt: 2, progress: text });
      held(await b.complete(key, "b", { reply: text }));
      await b.expectDone(key, text);
    },
  ]),
);

export const dedupeStoreCases: readonly DedupeStoreCase[] = [
  ...claiming,
  ...takingOver,
  ...renewing,
  ...completing,
  ...remembering,
  ...releasing,
  ...keeping,
  ...raceCases,
  ...modelCases,
];

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
