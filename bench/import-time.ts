// How much longer does a process take to start that imports hookgate?
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entryPoints, root } from "../scripts/entry-points.js";
import { median } from "./measure.js";
import { heading, table, target, two } from "./report.js";

const ROUNDS = 31;
const built = (specifier: string): string => {
  const entry = entryPoints().find((one) => !one.isCommand && one.specifier === specifier);
  if (entry === undefined) throw new Error(`package.json exports no ${specifier}`);
  return JSON.stringify(new URL(entry.built, root).href);
};
const installed = (name: string): string => JSON.stringify(import.meta.resolve(name));

const RECEIVER = `import { createReceiver } from ${built("hookgate")};`;
const STRIPE = 'stripe({ secret: "whsec_0123456789abcdef" })';

/** The first is what the others are compared with. */
const PROGRAMS: readonly { readonly name: string; readonly source: string }[] = [
  { name: "bare node", source: "" },
  { name: "node:crypto alone", source: 'import "node:crypto";' },
  { name: "hookgate", source: RECEIVER },
  { name: "hookgate, one sender of all", source: `${RECEIVER} import { stripe } from ${built("hookgate/senders")};` },
  {
    name: "hookgate, one sender of all, a receiver built",
    source: `${RECEIVER} import { stripe } from ${built("hookgate/senders")}; createReceiver(${STRIPE});`,
  },
  { name: "jose (for reference)", source: `import ${installed("jose")};` },
  { name: "express (for reference)", source: `import ${installed("express")};` },
];
/** Time since the process began, and CPU time, as the program's last act. */
const TELL = "\nconst { user, system } = process.cpuUsage(); console.log(performance.now(), user + system);\n";

const wallMs = PROGRAMS.map((): number[] => []);
const cpuMs = PROGRAMS.map((): number[] => []);
const folder = mkdtempSync(join(tmpdir(), "hookgate-import-"));
try {
  const files = PROGRAMS.map((_, at) => join(folder, `${at}.mjs`));
  for (const [at, { source }] of PROGRAMS.entries()) writeFileSync(files[at] as string, source + TELL);
  for (let round = -1; round < ROUNDS; round++) {
    // Each round begins with another one.
    for (let turn = 0; turn < files.length; turn++) {
      const at = (turn + round + 1) % files.length;
      const { stdout, stderr, status } = spawnSync(process.execPath, [files[at] as string], { encoding: "utf8" });
      if (status !== 0) throw new Error(`"${PROGRAMS[at]?.name}" failed: ${stderr}`);
      if (round < 0) continue; // the file cache is warm from here on
      const [wall, cpuMicroseconds] = stdout.split(" ").map(Number) as [number, number];
      wallMs[at]?.push(wall);
      cpuMs[at]?.push(cpuMicroseconds / 1_000);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Paired by round: what slows a round down slows both. */
const paired = (times: readonly number[][], at: number, by: (time: number, bare: number) => number): number =>
  median((times[at] as number[]).map((time, round) => by(time, times[0]?.[round] as number)));
const over = (times: readonly number[][], at: number): number => paired(times, at, (time, bare) => time - bare);
const ratio = (times: readonly number[][], at: number): number => paired(times, at, (time, bare) => time / bare);

heading("Importing: milliseconds until the program runs", ["jose", "express"]);
table(
  ["", "CPU", "over bare node", "x bare node", "wall", "over bare node"],
  PROGRAMS.map(({ name }, at) => [
    name,
    median(cpuMs[at] as number[]).toFixed(1),
    ...(at === 0 ? ["", ""] : [over(cpuMs, at).toFixed(1), two(ratio(cpuMs, at))]),
    median(wallMs[at] as number[]).toFixed(1),
    at === 0 ? "" : over(wallMs, at).toFixed(1),
  ]),
);
console.log();
target("hookgate, CPU over bare node", over(cpuMs, 2), 15, "at most", " ms");
target("hookgate with one sender of all, CPU over bare node", over(cpuMs, 3), 25, "at most", " ms");
