// Cases of the store contract: many callers at once.
import { strict as assert } from "node:assert";
import type { ClaimAnswer } from "../../stores/store.js";
import { type Bench, type DedupeStoreCase, held, inFlight, won } from "./bench.js";

const CONTENDERS = 30;
const CONTENDERS_FOR_LAPSED = 40;
const ROUNDS = 20;
const MANY_KEYS = 200;

async function contend(b: Bench, key: string, count: number): Promise<ClaimAnswer[]> {
  return await Promise.all(
    Array.from({ length: count }, (_, i) => b.claim(key, `contender-${i}`, { store: b.peer(i) })),
  );
}

function winnersOf(answers: readonly ClaimAnswer[]): number[] {
  return answers.flatMap((answer, i) => (answer.state === "claimed" ? [i] : []));
}

async function lapsedKeys(b: Bench, token: string): Promise<string[]> {
  const keys = b.keys(ROUNDS);
  for (const key of keys) await b.claim(key, token, { leaseSeconds: 1 });
  await b.elapse(1);
  return keys;
}

const cases: Readonly<Record<string, DedupeStoreCase["run"]>> = {
  [`${CONTENDERS} claims of a new key: exactly one wins, the rest wait`]: async (b) => {
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await contend(b, b.key(), CONTENDERS);
      const [winner, ...others] = winnersOf(answers);
      assert.ok(winner !== undefined && others.length === 0, `winners: ${winner}, ${others.join()}`);
      won(answers[winner] as ClaimAnswer, { attempt: 1 });
      for (const [i, answer] of answers.entries()) if (i !== winner) inFlight(answer);
    }
  },
  [`${CONTENDERS_FOR_LAPSED} claims of a lapsed key: exactly one wins, as attempt 2`]: async (b) => {
    for (const key of await lapsedKeys(b, "a")) {
      const answers = await contend(b, key, CONTENDERS_FOR_LAPSED);
      const winners = winnersOf(answers);
      assert.equal(winners.length, 1, `winners: ${winners.join()}`);
      won(answers[winners[0] as number] as ClaimAnswer, { attempt: 2 });
      held(await b.complete(key, `contender-${winners[0]}`));
    }
  },
  [`${CONTENDERS} claims of a released key: exactly one wins, with the progress`]: async (b) => {
    for (let round = 0; round < ROUNDS; round++) {
      const key = b.key();
      await b.claim(key, "a");
      await b.release(key, "a", "half");
      const answers = await contend(b, key, CONTENDERS);
      const winners = winnersOf(answers);
      assert.equal(winners.length, 1, `winners: ${winners.join()}`);
      won(answers[winners[0] as number] as ClaimAnswer, { attempt: 2, progress: "half" });
    }
  },
  [`${CONTENDERS} claims with one token: one claim, given to all`]: async (b) => {
    const key = b.key();
    const answers = await Promise.all(
      Array.from({ length: CONTENDERS }, (_, i) => b.claim(key, "same", { store: b.peer(i) })),
    );
    const fences = answers.map((answer) => won(answer, { attempt: 1 }));
    assert.equal(new Set(fences).size, 1, `fences: ${[...new Set(fences)].join()}`);
  },
  [`claims of ${MANY_KEYS} keys: all win, then all are in flight, then all are done`]: async (b) => {
    const keys = b.keys(MANY_KEYS);
    const first = await Promise.all(keys.map((key, i) => b.claim(key, `t${i}`, { store: b.peer(i) })));
    for (const answer of first) won(answer, { attempt: 1 });
    const second = await Promise.all(keys.map((key, i) => b.claim(key, "other", { store: b.peer(i + 1) })));
    for (const answer of second) inFlight(answer);
    const third = await Promise.all(keys.map((key, i) => b.complete(key, `t${i}`, { store: b.peer(i) })));
    for (const answer of third) held(answer);
    for (const key of keys) await b.expectDone(key, undefined);
  },
  "a late complete against a takeover: one of them, and the record says which": async (b) => {
    for (const [i, key] of (await lapsedKeys(b, "late")).entries()) {
      const complete = () => b.complete(key, "late", { reply: "late", store: b.peer(i) });
      const claim = () => b.claim(key, "new", { store: b.peer(i + 1) });
      const [answer, claimed] = await together(i, complete, claim);
      if (answer === "held") assert.equal(claimed.state, "done", "the late finisher won, so nobody else may");
      else won(claimed, { attempt: 2 });
    }
  },
  "a late renew against a takeover: one of them holds it": async (b) => {
    for (const [i, key] of (await lapsedKeys(b, "late")).entries()) {
      const renew = () => b.renew(key, "late", 60, b.peer(i));
      const claim = () => b.claim(key, "new", { store: b.peer(i + 1) });
      const [answer, claimed] = await together(i, renew, claim);
      if (answer === "held") inFlight(claimed);
      else won(claimed, { attempt: 2 });
    }
  },
  "a late release against a takeover: the key is never lost, nor freed under the new holder": async (b) => {
    for (const [i, key] of (await lapsedKeys(b, "late")).entries()) {
      const release = () => b.release(key, "late", undefined, b.peer(i));
      const claim = () => b.claim(key, "new", { store: b.peer(i + 1) });
      const [, claimed] = await together(i, release, claim);
      won(claimed, { attempt: 2 });
      await b.expectInFlight(key);
    }
  },
  "a release against claims: at most one wins, and if none did the next does": async (b) => {
    for (let round = 0; round < ROUNDS; round++) {
      const key = b.key();
      await b.claim(key, "a");
      const release = () => b.release(key, "a", "half", b.peer(round));
      const [answer, claims] = await together(round, release, () => contend(b, key, 10));
      held(answer);
      const winners = winnersOf(claims);
      assert.ok(winners.length <= 1, `winners: ${winners.join()}`);
      if (winners.length === 0) await b.win(key, "next", { attempt: 2, progress: "half" });
      else await b.expectInFlight(key);
    }
  },
  "complete against release by one token: exactly one counts": async (b) => {
    for (let round = 0; round < ROUNDS; round++) {
      const key = b.key();
      await b.claim(key, "a");
      const complete = () => b.complete(key, "a", { reply: "r", store: b.peer(round) });
      const release = () => b.release(key, "a", undefined, b.peer(round + 1));
      const [completed, released] = await together(round, complete, release);
      assert.notEqual(completed, released, `complete: ${completed}, release: ${released}`);
      if (completed === "held") await b.expectDone(key, "r");
      else await b.win(key, "b", { attempt: 2 });
    }
  },
  "complete twice by one token: held twice": async (b) => {
    for (let round = 0; round < ROUNDS; round++) {
      const key = b.key();
      await b.claim(key, "a");
      const complete = (i: number) => () => b.complete(key, "a", { reply: "r", store: b.peer(i) });
      const [one, two] = await together(round, complete(0), complete(1));
      held(one);
      held(two);
      await b.expectDone(key, "r");
    }
  },
  "a storm: handlers that claim, fail and finish, and each event is finished once": async (b) => {
    const keys = b.keys(10);
    const finished = new Map<string, number>();
    await Promise.all(
      Array.from({ length: CONTENDERS }, async (_, worker) => {
        for (const [i, key] of [...keys, ...keys, ...keys].entries()) {
          const store = b.peer(worker);
          const token = `worker-${worker}-${i}`;
          if ((await b.claim(key, token, { store })).state !== "claimed") continue;
          if ((worker + i) % 3 === 0) held(await b.release(key, token, undefined, store));
          else if ((await b.complete(key, token, { store })) === "held") {
            finished.set(key, (finished.get(key) ?? 0) + 1);
          }
        }
      }),
    );
    for (const [key, times] of finished) assert.equal(times, 1, `${key} was finished ${times} times`);
  },
};

/** Both at once; which one is asked first changes from round to round. */
async function together<A, B>(round: number, one: () => Promise<A>, two: () => Promise<B>): Promise<[A, B]> {
  if (round % 2 === 0) return await Promise.all([one(), two()]);
  const second = two();
  return await Promise.all([one(), second]);
}

export const raceCases: readonly DedupeStoreCase[] = Object.entries(cases).map(([name, run]) => ({
  group: "at once",
  name,
  run,
}));
