// `npm run test:faults`: storms, one after another, each with what it found. `--help` tells the rest.
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { machine } from "../../bench/report.js";
import { buildScript } from "./processes.js";
import { Bench, NEEDS, type Report, type Size, type Storm } from "./storm.js";
import { STORMS } from "./storms/index.js";

const HELP = `npm run test:faults -- [options]

  --short            the small form of each storm that has one: under five minutes
  --only a,b         storms whose names begin with a or b
  --seed n           of chance; default: another one each time, printed
  --kills n          how many processes are killed, where a storm kills
  --events n         how many events, at least
  --peers            what becomes of other ways to receive, in one table, in place of the storms
  --report file      what passed and failed, as vitest's JSON reporter writes it
  --list             names the storms`;
/** Violations of one storm that are printed. */
const MOST_SHOWN = 10;

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    only: { type: "string" },
    seed: { type: "string" },
    kills: { type: "string" },
    events: { type: "string" },
    peers: { type: "boolean", default: false },
    report: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

type Ended =
  | { readonly storm: Storm; readonly state: "passed" | "failed"; readonly report: Report }
  | { readonly storm: Storm; readonly state: "broken" | "skipped"; readonly reason: string };

async function main(): Promise<boolean> {
  const seed = values.seed === undefined ? randomInt(2 ** 31) : wholeNumber("--seed", values.seed);
  const size: Size = {
    isShort: values.short,
    kills: values.kills === undefined ? undefined : wholeNumber("--kills", values.kills),
    events: values.events === undefined ? undefined : wholeNumber("--events", values.events),
  };
  const chosen = choose();
  console.log(`${machine()}\nseed ${seed}${size.isShort ? ", short form" : ""}\n`);
  await buildScript();
  const ended: Ended[] = [];
  for (const storm of chosen) ended.push(await weather(storm, seed, size));
  summarise(ended, seed);
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(asVitest(ended)));
  return ended.every(({ state }) => state === "passed" || state === "skipped");
}

function choose(): readonly Storm[] {
  const names = values.only?.split(",");
  const chosen = STORMS.filter(({ name, isInShort }) =>
    names === undefined ? isInShort || !values.short : names.some((begin) => name.startsWith(begin)),
  );
  if (chosen.length === 0) throw new Error(`no storm begins with ${values.only}; --list names them`);
  return chosen;
}

async function weather(storm: Storm, seed: number, size: Size): Promise<Ended> {
  console.log(`${storm.name}: ${storm.title}`);
  const missing = (storm.needs ?? []).map((need) => NEEDS[need]()).find((reason) => reason !== undefined);
  if (missing !== undefined) {
    console.log(`  *** SKIPPED: ${missing} ***\n`);
    return { storm, state: "skipped", reason: missing };
  }
  const startMs = performance.now();
  const bench = new Bench(seed, size);
  try {
    const report = await storm.run(bench);
    for (const [what, figure] of Object.entries(report.figures)) console.log(`  ${what}: ${figure}`);
    for (const { rule, message } of report.violations.slice(0, MOST_SHOWN))
      console.log(`  VIOLATION ${rule}: ${message}`);
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    console.log(`  ${counted(report)}, seed ${seed} (${seconds} s)\n`);
    return { storm, state: report.violations.length === 0 ? "passed" : "failed", report };
  } catch (error) {
    console.log(`  BROKEN, seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n`);
    return { storm, state: "broken", reason: String(error) };
  } finally {
    await bench.close();
  }
}

function counted({ events, faults, violations }: { events: number; faults: number; violations: { length: number } }) {
  return `${events} events, ${faults} faults, ${violations.length} violations`;
}

function summarise(ended: readonly Ended[], seed: number): void {
  const reports = ended.flatMap((one) => ("report" in one ? [one.report] : []));
  const sum = (of: (report: Report) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const violations = { length: sum((report) => report.violations.length) };
  console.log(counted({ events: sum(({ events }) => events), faults: sum(({ faults }) => faults), violations }));
  const count = (state: Ended["state"]): number => ended.filter((one) => one.state === state).length;
  const names = (state: Ended["state"]): string =>
    ended
      .filter((one) => one.state === state)
      .map(({ storm }) => ` ${storm.name}`)
      .join("");
  console.log(
    `${count("passed")} storms passed, ${count("failed")} failed${names("failed")}, ${count("broken")} broken${names("broken")}, ${count("skipped")} skipped${names("skipped")}, seed ${seed}`,
  );
}

/** What `.ci/counts.mjs` reads. */
function asVitest(ended: readonly Ended[]): object {
  const status = (state: Ended["state"]): string =>
    state === "skipped" ? "skipped" : state === "passed" ? "passed" : "failed";
  const assertionResults = ended.map((one) => ({
    fullName: `storm ${one.storm.name}`,
    status: status(one.state),
    failureMessages: complaintsOf(one),
  }));
  const isSound = assertionResults.every((one) => one.status !== "failed");
  return { testResults: [{ status: isSound ? "passed" : "failed", assertionResults }] };
}

function complaintsOf(ended: Ended): readonly string[] {
  if ("reason" in ended) return [ended.reason];
  return ended.report.violations.slice(0, MOST_SHOWN).map(({ rule, message }) => `${rule}: ${message}`);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${option} must be a whole number; got ${text}`);
}

// What was started is ended by what listens to `exit`.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
if (values.help) console.log(HELP);
else if (values.list) for (const { name, title } of STORMS) console.log(`${name}: ${title}`);
else if (values.peers) {
  const { comparePeers } = await import("./peers/compare.js");
  process.exitCode = (await comparePeers(values.seed)) ? 0 : 1;
} else {
  const isSound = await main();
  // Pools and sockets of what was killed may linger; nothing here is worth waiting for.
  process.exit(isSound ? 0 : 1);
}
