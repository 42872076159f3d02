// Compares a store with a model over long random histories.
import { strict as assert } from "node:assert";
import type { ClaimAnswer, HolderAnswer } from "../../stores/store.js";
import type { Bench, DedupeStoreCase } from "./bench.js";

const STEPS = 500;
const TOKENS = ["a", "b", "c"];
const BODIES = ["one", "two"];
/** Time passes in steps of 700 s, of which no lease or retention is a sum: nothing ends within 100 s of a step. */
const STEP_SECONDS = 700;
const LEASES_SECONDS = [1000, 2000];
const RETENTIONS_SECONDS = [3000, 5000];

interface Record {
  state: "claimed" | "released" | "done";
  token: string;
  body: string;
  attempt: number;
  fence: number;
  progress: string | undefined;
  reply: string | undefined;
  untilSeconds: number;
}

/** The contract, as short as it can be said. Fences are the store's own; that they rise is checked beside it. */
class Model {
  nowSeconds = 0;
  readonly #records = new Map<string, Record>();

  at(key: string): Record | undefined {
    const record = this.#records.get(key);
    const isOver = record?.state === "done" && record.untilSeconds <= this.nowSeconds;
    return isOver ? undefined : record;
  }

  claim(key: string, token: string, leaseSeconds: number, body: string): string {
    const was = this.at(key);
    if (was?.state === "done") return `done ${was.reply} ${was.body === body}`;
    const isOwn = was?.state === "claimed" && was.token === token;
    if (was?.state === "claimed" && !isOwn && was.untilSeconds > this.nowSeconds) return "in_flight";
    const now = was ?? { attempt: 0, fence: 0, progress: undefined, reply: undefined, state: "claimed", token, body };
    const next: Record = { ...now, state: "claimed", token, untilSeconds: this.nowSeconds + leaseSeconds };
    if (!isOwn) {
      next.attempt++;
      next.body = body;
    }
    this.#records.set(key, next);
    return `claimed ${next.attempt} ${next.progress}${isOwn ? " again" : ""}`;
  }

  renew(key: string, token: string, leaseSeconds: number): HolderAnswer {
    const record = this.at(key);
    if (record?.state !== "claimed" || record.token !== token) return "lost";
    record.untilSeconds = this.nowSeconds + leaseSeconds;
    return "held";
  }

  complete(key: string, token: string, reply: string | undefined, retentionSeconds: number): HolderAnswer {
    const record = this.at(key);
    if (record?.token !== token || record.state === "released") return "lost";
    if (record.state === "claimed") {
      Object.assign(record, { state: "done", reply, untilSeconds: this.nowSeconds + retentionSeconds });
    }
    return "held";
  }

  release(key: string, token: string, progress: string | undefined): HolderAnswer {
    const record = this.at(key);
    if (record?.token !== token || record.state === "done") return "lost";
    if (record.state === "claimed") {
      record.state = "released";
      if (progress !== undefined) record.progress = progress;
    }
    return "held";
  }
}

async function compareWithModel(b: Bench): Promise<void> {
  const random = randomFrom(b.seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const model = new Model();
  const keys = b.keys(4);
  const fences = new Map<string, number>();
  const history: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    const key = pick(keys);
    const token = pick(TOKENS);
    const store = pick(b.stores);
    const where = `${keys.indexOf(key)} ${token}`;
    const dice = random();
    let expected: string;
    let actual: string;
    if (dice < 0.4) {
      const [leaseSeconds, body] = [pick(LEASES_SECONDS), pick(BODIES)];
      history.push(`claim ${where} ${leaseSeconds} s, body ${body}`);
      expected = model.claim(key, token, leaseSeconds, body);
      actual = described(await b.claim(key, token, { leaseSeconds, body, store }), fences.get(key) ?? 0, (fence) =>
        fences.set(key, fence),
      );
    } else if (dice < 0.5) {
      const leaseSeconds = pick(LEASES_SECONDS);
      history.push(`renew ${where} ${leaseSeconds} s`);
      expected = model.renew(key, token, leaseSeconds);
      actual = await b.renew(key, token, leaseSeconds, store);
    } else if (dice < 0.6) {
      const [reply, retentionSeconds] = [pick([undefined, `reply ${step}`]), pick(RETENTIONS_SECONDS)];
      history.push(`complete ${where} "${reply}" ${retentionSeconds} s`);
      expected = model.complete(key, token, reply, retentionSeconds);
      const options = { retentionSeconds, store };
      actual = await b.complete(key, token, reply === undefined ? options : { ...options, reply });
    } else if (dice < 0.75 || !b.canAdvance) {
      const progress = pick([undefined, `progress ${step}`]);
      history.push(`release ${where} "${progress}"`);
      expected = model.release(key, token, progress);
      actual = await b.release(key, token, progress, store);
    } else {
      history.push(`${STEP_SECONDS} s pass`);
      model.nowSeconds += STEP_SECONDS;
      await b.advance(STEP_SECONDS);
      continue;
    }
    assert.equal(actual, expected, `seed ${b.seed}, step ${step}, ending in:\n  ${history.slice(-12).join("\n  ")}\n`);
  }
}

/** In the model's words. A fence that is not new where it must be, or new where it must not, shows as such. */
function described(answer: ClaimAnswer, lastFence: number, keep: (fence: number) => void): string {
  if (answer.state === "done") return `done ${answer.reply} ${answer.isSameBody}`;
  if (answer.state === "in_flight") return "in_flight";
  keep(answer.fence);
  const words = `claimed ${answer.attempt} ${answer.progress}`;
  if (answer.fence === lastFence) return `${words} again`;
  return answer.fence > lastFence ? words : `${words} with a fence that fell`;
}

/** mulberry32: small, and the same everywhere for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const modelCases: readonly DedupeStoreCase[] = [
  { group: "over time", name: `agrees with the model over ${STEPS} random steps`, run: compareWithModel },
];
