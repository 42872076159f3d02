// How many bytes does a remembered event take in `memoryStore`?
import { hookgate, load } from "./built.js";
import { heading, table } from "./report.js";

const KEYS = 1_000_000;
/** A week, the default. */
const RETENTION_SECONDS = 7 * 86_400;
const { bodyDigest, dedupeKey } = await load<typeof import("../src/dedupe/key.js")>("dedupe/key.js");

const NOT_COMPARED = bodyDigest(Buffer.alloc(0));

/** A key of its own for each, as the pipeline makes them. */
function keyOf(at: number): string {
  return dedupeKey({ scope: undefined, sender: "stripe", tenant: undefined, id: `evt_${at}` });
}

/** A digest of the body for each only with `dedupe.strict`; else all have one constant. */
async function fillStore(isStrict: boolean): Promise<unknown> {
  const store = hookgate.memoryStore({ maxKeys: KEYS });
  for (let at = 0; at < KEYS; at++) {
    const key = keyOf(at);
    const token = `token-${at}`;
    const digest = isStrict ? bodyDigest(Buffer.from(key)) : NOT_COMPARED;
    const answer = await store.claim({ key, token, leaseSeconds: 60, bodyDigest: digest });
    if (answer.state !== "claimed") throw new Error("a new key must be claimed");
    await store.complete(key, token, { reply: undefined }, RETENTION_SECONDS);
  }
  return store;
}

async function fillMap(): Promise<unknown> {
  const map = new Map<string, number>();
  for (let at = 0; at < KEYS; at++) map.set(keyOf(at), at);
  return map;
}

async function bytesPerKey(fill: () => Promise<unknown>): Promise<{ bytes: number; seconds: number }> {
  const before = usedBytes();
  const cpu = process.cpuUsage();
  const kept = await fill();
  const { user, system } = process.cpuUsage(cpu);
  const bytes = (usedBytes() - before) / KEYS;
  if (kept === undefined) throw new Error("nothing was filled");
  return { bytes, seconds: (user + system) / 1e6 };
}

function usedBytes(): number {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

heading(`The memory store with ${KEYS.toLocaleString("en")} handled events`);
const store = await bytesPerKey(() => fillStore(false));
const strict = await bytesPerKey(() => fillStore(true));
const map = await bytesPerKey(fillMap);
table(
  ["", "bytes per key", "CPU microseconds to put one in"],
  [
    ["memoryStore, claim and complete", store.bytes.toFixed(0), ((store.seconds / KEYS) * 1e6).toFixed(2)],
    ["the same with dedupe.strict", strict.bytes.toFixed(0), ((strict.seconds / KEYS) * 1e6).toFixed(2)],
    ["a plain Map of the same keys (for reference)", map.bytes.toFixed(0), ((map.seconds / KEYS) * 1e6).toFixed(2)],
  ],
);
console.log("\nBoth make the keys (SHA-256) themselves, and the strict row a digest of a body, too.");
