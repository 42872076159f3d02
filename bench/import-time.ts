// How much longer does a process take to start that imports hookgate?
import { spawnSync } from "node:child_process";
import { median } from "./measure.js";
import { heading, table, target } from "./report.js";

const RUNS = 15;
const dist = (path: string): string => JSON.stringify(new URL(`../dist/${path}`, import.meta.url).href);
const RECEIVER = `import { createReceiver } from ${dist("index.js")};`;

const PROGRAMS: readonly { name: string; source: string }[] = [
  { name: "bare node", source: "" },
  { name: "import hookgate", source: `import ${dist("index.js")};` },
  {
    name: "hookgate + one sender's file",
    source: `${RECEIVER} import { stripe } from ${dist("senders/payments.js")}; createReceiver(stripe({ secret: "whsec_0123456789abcdef" }));`,
  },
  {
    name: "hookgate + hookgate/senders (all)",
    source: `${RECEIVER} import { stripe } from ${dist("senders/index.js")}; createReceiver(stripe({ secret: "whsec_0123456789abcdef" }));`,
  },
  { name: "import jose (for reference)", source: `import ${JSON.stringify(import.meta.resolve("jose"))};` },
];
/** Time since the process began, and CPU time, as the program's last act. */
const TELL = ";console.log(performance.now(), process.cpuUsage().user + process.cpuUsage().system)";

const wallMs = PROGRAMS.map((): number[] => []);
const cpuMs = PROGRAMS.map((): number[] => []);
for (let run = -1; run < RUNS; run++) {
  for (const [at, { source }] of PROGRAMS.entries()) {
    const args = ["--input-type=module", "--eval", source + TELL];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`a program of ${at} failed`);
    const [wall, cpu] = stdout.split(" ").map(Number) as [number, number];
    if (run < 0) continue; // the file cache is warm from here on
    wallMs[at]?.push(wall);
    cpuMs[at]?.push(cpu / 1_000);
  }
}
const over = (times: readonly number[][], at: number): number =>
  median((times[at] as number[]).map((time, run) => time - (times[0]?.[run] as number)));

heading("Importing: milliseconds until the program runs", ["jose"]);
table(
  ["", "wall", "over bare node", "CPU", "over bare node"],
  PROGRAMS.map(({ name }, at) => [
    name,
    median(wallMs[at] as number[]).toFixed(1),
    at === 0 ? "" : over(wallMs, at).toFixed(1),
    median(cpuMs[at] as number[]).toFixed(1),
    at === 0 ? "" : over(cpuMs, at).toFixed(1),
  ]),
);
console.log();
target("hookgate + one sender, wall", over(wallMs, 2), 15, "at most", " ms");
target("hookgate + all senders, wall", over(wallMs, 3), 25, "at most", " ms");
