// Runs all benches, or those named: `npm run bench -- verify delivery`. Missed targets do not fail it: machines differ.
// `npm run bench -- --compare main` measures a delivery beside the build of another commit.
import { spawnSync } from "node:child_process";
import { machine } from "./report.js";

const BENCHES: readonly string[] = [
  "verify",
  "delivery",
  "loopback",
  "scaling",
  "addresses",
  "import-time",
  "memory-store",
  "redis-store",
  "postgres-store",
  "sqlite-store",
  "inbox",
];
/** A bench that takes longer than this is stuck. */
const TIMEOUT_MS = 480_000;

const [first, ref] = process.argv.slice(2);
const named = first === "--compare" ? [] : process.argv.slice(2);
const unknown = named.find((name) => !BENCHES.includes(name));
if (unknown !== undefined) {
  console.error(`no bench is called "${unknown}"; there are ${BENCHES.join(", ")}`);
  process.exit(1);
}
console.log(`${machine()}\n`);
console.log(
  "CPU time by process.cpuUsage, medians; ratios are medians of per-round ratios (half of the rounds lie between).",
);
const chosen = first === "--compare" ? ["compare"] : named.length > 0 ? named : BENCHES;
for (const name of chosen) {
  const file = new URL(`${name}.ts`, import.meta.url).pathname;
  // Each in a process of its own, so that none measures what another left behind.
  const { status, signal } = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", file, ref ?? "main"], {
    stdio: "inherit",
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) console.error(`\n${name} did not finish (${signal ?? `exit code ${status}`}).`);
}
