// The receiver's clock is set: an hour forward, two back. Leases do not notice, and freshness heals with the clock.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Violation } from "../check-history.js";
import { type Engine, prepare } from "../engine.js";
import { nowMs } from "../history.js";
import { Sender } from "../sender.js";
import { type Bench, faketimeLibrary, type Report, type Storm } from "../storm.js";
import { drained } from "../traffic.js";

const LEASE_SECONDS = 2;
const HOLD_MS = 3_000;
/** A killed holder's lease ends so long after its own end, at most. */
const SLACK_MS = 2_500;
const JUMPS: readonly (readonly [string, string])[] = [
  ["an hour forward", "+3600"],
  ["two hours back", "-7200"],
];

async function jump(bench: Bench, engine: Engine): Promise<Report> {
  const { recorder, random } = bench;
  await prepare(engine);
  const clock = join(bench.folder, "clock");
  const set = (offset: string): void => writeFileSync(clock, `${offset}\n`);
  set("+0");
  const env = {
    LD_PRELOAD: faketimeLibrary() as string,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: "1",
    DONT_FAKE_MONOTONIC: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  const isInbox = engine.kind === "sqlite-inbox";
  const plan = { engine, leaseSeconds: LEASE_SECONDS, works: isInbox };
  const violations: Violation[] = [];
  const figures: Record<string, string> = {};
  let count = 0;

  for (const [name, offset] of JUMPS) {
    const say = (message: string): void => void violations.push({ rule: "clock", message: `${name}: ${message}` });
    const [a, b] = await Promise.all([bench.start(plan, { env }), bench.start(plan, { env })]);
    const sender = new Sender({ port: () => b.port, recorder, random });
    const long = { id: `long-${offset}`, asked: { type: "order.created", holdMs: HOLD_MS } };
    const doomed = { id: `doomed-${offset}`, asked: { type: "order.created", holdMs: HOLD_MS } };
    const before = { id: `before-${offset}`, asked: { type: "order.created" } };
    count += 3;
    await sender.deliverUntilTaken(before);
    const running = sender.deliver(long, false, a.port);
    const dying = isInbox ? undefined : sender.deliver(doomed, false, a.port);
    const awaited = isInbox ? [] : [long.id, doomed.id];
    const begun = (): boolean =>
      awaited.every((id) => bench.steps().some((step) => step.kind === "begin" && step.id === id));
    while (!begun()) await sleep(20);
    set(offset);

    // The sender's clock is right, ours is not: every delivery looks stale, or from the future.
    const strange = await sender.deliver({ id: `strange-${offset}`, asked: { type: "order.created" } });
    if (strange.status === 200) say("a delivery outside of the tolerance was taken");
    figures[`${name}: a genuine delivery hears`] = String(strange.status ?? strange.reason);
    set("+0");
    const healed = await sender.deliver({ id: `healed-${offset}`, asked: { type: "order.created" } });
    count++;
    if (healed.status !== 200) say(`with the clock right again, a delivery heard ${healed.status ?? healed.reason}`);

    // The lease of what runs has not ended with the jump, and records are not past their time.
    const copy = await sender.deliver(long);
    if (!isInbox && copy.status !== 503) say(`a copy of what runs heard ${copy.status ?? copy.reason}, not 503`);
    if ((await sender.deliver(before)).status !== 200) say("a duplicate of what was done was not taken");
    if (!isInbox) {
      // And the lease of a holder that is killed does end.
      await a.kill();
      const killedMs = nowMs();
      const again = await sender.deliverUntilTaken(doomed);
      const waitedMs = again.sentMs - killedMs;
      if (waitedMs > LEASE_SECONDS * 1_000 + bench.bound(SLACK_MS))
        say(`a killed holder's lease took ${Math.round(waitedMs)} ms to end`);
      figures[`${name}: a killed holder's lease ended after`] = `${Math.round(waitedMs)} ms of ${LEASE_SECONDS} s`;
      await sender.deliverUntilTaken(long);
    }
    await Promise.all([running, dying]);
    sender.close();
    const beforeRuns = bench.steps().filter((step) => step.kind === "end" && step.id === before.id).length;
    if (beforeRuns > 1) say(`what was done ran ${beforeRuns} times`);
    if (isInbox) await drained({ engine, recorder, withinMs: 60_000 });
    await Promise.all([a.kill(), b.kill()]);
  }
  const end = isInbox ? await drained({ engine, recorder, withinMs: 60_000 }) : undefined;
  const checked = bench.check({
    runs: isInbox ? "once" : "at least once",
    ...(end === undefined ? {} : { kept: end.kept }),
  });
  return { events: count, faults: JUMPS.length * 2, violations: [...violations, ...checked], figures };
}

function storm(name: string, isInShort: boolean, make: (bench: Bench) => Promise<Engine>, needsRedis = false): Storm {
  return {
    name: `clock-${name}`,
    title: "the receivers' clock is set, both ways: leases hold and end, freshness heals",
    isInShort,
    needs: needsRedis ? ["faketime", "redis"] : ["faketime"],
    run: async (bench) => jump(bench, await make(bench)),
  };
}

export const CLOCKS: readonly Storm[] = [
  storm("sqlite", true, async ({ folder }) => ({ kind: "sqlite", path: `${folder}/store.db` })),
  storm("sqlite-inbox", true, async ({ folder }) => ({
    kind: "sqlite-inbox",
    path: `${folder}/inbox.db`,
    leaseSeconds: LEASE_SECONDS,
  })),
  storm(
    "redis",
    false,
    async (bench) => ({ kind: "redis", port: (await bench.redis()).port, client: "ioredis" }),
    true,
  ),
  storm("postgres", false, async (bench) => ({
    kind: "postgres",
    url: (await bench.postgres()).url,
    isTransactional: false,
  })),
];
