// Measures a whole delivery on Express 5, from the request's first byte to the reply's last, without the kernel.
import type { RouteName } from "./delivery-route.js";
import { SIZES } from "./fixtures.js";
import { type Measured, ratio } from "./measure.js";
import { cost, heading, table, target, times } from "./report.js";
import { measureRoutes } from "./route-processes.js";

const measure = (names: readonly RouteName[], bytes: number): Promise<readonly Measured[]> =>
  measureRoutes(
    names.map((name) => ({ name })),
    bytes,
  );

heading("One delivery on Express 5, in memory: CPU microseconds", ["express", "@octokit/webhooks"]);
console.log("hookgate has all checks on: allow list, signature, freshness, dedupe in memory, handler by type.\n");
/** By size of the body. */
const USUAL: Readonly<Record<number, number>> = { 1024: 0.9, 10240: 0.95, 102400: 1 };
const STRICT: Readonly<Record<number, number>> = { 1024: 1, 10240: 1, 102400: 1.05 };
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
  targets.push(() => target(`${size}, against the usual route`, ratio(own, usual), USUAL[bytes] ?? 1, "at most"));
  targets.push(() => target(`${size}, against octokit's middleware`, ratio(ownGithub, octokit), 1, "at most"));
  targets.push(() => target(`${size}, against the strict route`, ratio(own, strict), STRICT[bytes] ?? 1, "at most"));
}
table(["", "hookgate", "usual route", "x usual", "strict route", "x strict", "octokit", "x octokit"], rows);
console.log();
for (const tell of targets) tell();
