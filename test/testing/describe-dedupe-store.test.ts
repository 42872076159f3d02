// The dedupe contract passes a store that keeps it, and finds each flaw of a broken one.
import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/stores/memory/memory-store.js";
import { dedupeStoreCases } from "../../src/testing/store-contract/cases.js";
import {
  type DedupeStoreHarness,
  describeDedupeStore,
  runDedupeStoreCase,
} from "../../src/testing/store-contract/index.js";
import { brokenDedupeStore, type Flaw } from "./broken-dedupe-store.js";

const SEED = 20_261_107;

function advancedStore(make: (nowMs: () => number) => DedupeStoreHarness["store"]): DedupeStoreHarness {
  let nowMs = 1000;
  const advance = (seconds: number) => {
    nowMs += seconds * 1000;
  };
  return { store: make(() => nowMs), advance };
}

describeDedupeStore("memoryStore", () => advancedStore((now) => memoryStore({ now })), { describe, it });
describeDedupeStore(
  "a store with two more connections",
  () => {
    const harness = advancedStore((nowMs) => brokenDedupeStore("none", nowMs));
    return { ...harness, peers: [{ ...harness.store }, { ...harness.store }] };
  },
  { describe, it },
);
/** The cases that a store with that flaw fails. */
async function caught(flaw: Flaw): Promise<string[]> {
  const names: string[] = [];
  for (const one of dedupeStoreCases) {
    const factory = () => advancedStore((nowMs) => brokenDedupeStore(flaw, nowMs));
    await runDedupeStoreCase(one, factory, SEED).catch(() => names.push(`${one.group}: ${one.name}`));
  }
  return names;
}

const CATCHES: Readonly<Record<Exclude<Flaw, "none">, string>> = {
  "complete ignores the token": "complete: is lost for another token, and the claim goes on",
  "complete overwrites what is done": "complete: is held again for the token that did it, and changes nothing",
  "complete is lost when repeated": "complete: is held again for the token that did it, and changes nothing",
  "complete is refused after the lease": "a lapsed claim: not taken over: its holder may complete",
  "renew ignores the token": "renew: is lost for another token, whose lease changes nothing",
  "renew revives what is done": "renew: is lost after complete, which stands",
  "renew does not restart the lease": "renew: extends the holder's lease",
  "release ignores the token": "release: is lost for another token, and the claim goes on",
  "release drops the attempts": "release: keeps counting over many attempts",
  "release drops the record's progress": "release: hands progress to the next holder",
  "release is lost when repeated": "release: is held again for the token that did it, and changes nothing",
  "takeover drops the progress": "a lapsed claim: hands on the progress of an earlier release",
  "a claim is new for the token that has it": "claim: gives the same token the same claim again",
  "a repeated claim counts as an attempt": "claim: does not count the same token's second claim as an attempt",
  "a live claim can be taken over": "claim: answers in_flight to another token",
  "a claim never lapses": "a lapsed claim: can be claimed, as the next attempt and with a higher fence",
  "a done key can be claimed": "complete: makes the key done for everybody, its holder too",
  "a done record is kept for ever":
    "a done record: is forgotten after its retention, with attempts and progress; the fence still rises",
  "a done record is kept for a tenth of its time": "a done record: is kept until shortly before its retention ends",
  "a done record is kept from its claim": "a done record: is kept from its completion, not from its claim",
  "the fence begins again with the record":
    "a done record: is forgotten after its retention, with attempts and progress; the fence still rises",
  "the fence stands still on takeover": "a lapsed claim: can be claimed, as the next attempt and with a higher fence",
  "claim is not atomic": "at once: 30 claims of a new key: exactly one wins, the rest wait",
  "complete is not atomic": "at once: a late complete against a takeover: one of them, and the record says which",
  "the body is not compared": "complete: tells the same body from another",
  "no reply becomes an empty one": "complete: keeps a plain success as no reply",
  "NUL is dropped": "what it keeps: comes back unchanged: NUL and other control characters",
  "texts are cut at 1 KB": "what it keeps: comes back unchanged: 16 KB",
  "keys ignore case": "claim: keeps keys apart that differ in one character or in case",
  "come again in 0 s": "claim: never says to come again in 0 s",
  "purging takes live claims":
    "a done record: forgotten by the hundred: each is claimable, and what is still wanted stays",
  "purging takes released keys":
    "a done record: forgotten by the hundred: each is claimable, and what is still wanted stays",
};

describe("the dedupe contract", () => {
  it.each(Object.entries(CATCHES) as [Exclude<Flaw, "none">, string][])(
    "fails a store where %s",
    async (flaw, rule) => {
      expect(await caught(flaw)).toContain(rule);
    },
  );

  it("passes memoryStore in real time too, on its own clock", async () => {
    const runs = dedupeStoreCases.map((one) => runDedupeStoreCase(one, () => ({ store: memoryStore() }), SEED));
    await expect(Promise.all(runs)).resolves.toHaveLength(dedupeStoreCases.length);
  });

  it("passes the same store without a flaw", async () => {
    expect(await caught("none")).toEqual([]);
  });

  it("has a name for each rule", () => {
    const names = dedupeStoreCases.map((one) => `${one.group}: ${one.name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(80);
  });

  it("names the seed when the model disagrees", async () => {
    const model = dedupeStoreCases.find((one) => one.group === "over time");
    if (model === undefined) throw new Error("no model case");
    const factory = () => advancedStore((nowMs) => brokenDedupeStore("release drops the attempts", nowMs));
    await expect(runDedupeStoreCase(model, factory, 42)).rejects.toThrow(/seed 42, step \d+/);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("agrees with the model for seed %i", async (seed) => {
    const model = dedupeStoreCases.find((one) => one.group === "over time");
    if (model === undefined) throw new Error("no model case");
    await runDedupeStoreCase(model, () => advancedStore((now) => memoryStore({ now })), seed);
  });

  it("closes the store also when a case fails", async () => {
    let closed = 0;
    const one = { group: "g", name: "n", run: () => Promise.reject(new Error("no")) };
    const factory = () => ({ store: memoryStore(), close: () => void closed++ });
    await expect(runDedupeStoreCase(one, factory, 1)).rejects.toThrow("no");
    expect(closed).toBe(1);
  });

  it("asks for describe and it where the runner has no globals", () => {
    expect(() => describeDedupeStore("mine", () => ({ store: memoryStore() }))).toThrow(
      /describeDedupeStore\("mine"\): no global describe and it/,
    );
  });
});
