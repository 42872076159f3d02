// What does a whole delivery cost on Express 5, from the request's first byte to the answer's last, without the kernel?
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { RouteName } from "./delivery-route.js";
import { SIZES } from "./fixtures.js";
import { type Measured, median, ratio } from "./measure.js";
import { cost, heading, table, target, times } from "./report.js";

const ROUNDS = 41;

/**
 * A process for each route: the objects of one Express app are unlike another's to the engine, and a server has one app.
 * Rounds are in turns, each with another route first, so that what slows the machine down slows all of them.
 */
async function measure(names: readonly RouteName[], bytes: number): Promise<readonly Measured[]> {
  const children: ChildProcess[] = [];
  for (const name of names) {
    const child = fork(new URL("delivery-route.ts", import.meta.url), [name, String(bytes)]);
    await once(child, "message"); // warm, one after another
    children.push(child);
  }
  const samples = names.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < children.length; turn++) {
      const at = (turn + round) % children.length;
      const child = children[at] as ChildProcess;
      child.send("round");
      const [microseconds] = (await once(child, "message")) as [number];
      samples[at]?.push(microseconds);
    }
  }
  for (const child of children) child.disconnect();
  return names.map((name, at) => {
    const own = samples[at] as number[];
    return { name, microseconds: median(own), samples: own };
  });
}

heading("One delivery on Express 5, in memory: CPU microseconds", ["express", "@octokit/webhooks"]);
console.log("hookgate has all checks on: allow list, signature, freshness, dedupe in memory, handler by type.\n");
const rows: string[][] = [];
const targets: (() => void)[] = [];
for (const bytes of SIZES) {
  const size = `${bytes / 1024} KB`;
  const stripe: readonly RouteName[] = ["Stripe by hookgate", "Stripe by hand", "Stripe by strict hand"];
  const [own, usual, strict] = (await measure(stripe, bytes)) as [Measured, Measured, Measured];
  const [ownGithub, octokit] = (await measure(["GitHub by hookgate", "GitHub by octokit"], bytes)) as [
    Measured,
    Measured,
  ];
  rows.push([`Stripe, ${size}`, cost(own), cost(usual), times(own, usual), cost(strict), times(own, strict)]);
  rows.push([`GitHub, ${size}`, cost(ownGithub), "", "", "", "", cost(octokit), times(ownGithub, octokit)]);
  targets.push(() => target(`${size}, against the usual route`, ratio(own, usual), 1, "at most"));
  targets.push(() => target(`${size}, against the strict route`, ratio(own, strict), 1.05, "at most"));
}
table(["", "hookgate", "usual route", "x usual", "strict route", "x strict", "octokit", "x octokit"], rows);
console.log();
for (const tell of targets) tell();
