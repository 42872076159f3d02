// How are results shown? One table a question, with the machine, the versions, and whether a target is met.
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { type Measured, quartiles, ratio } from "./measure.js";

const require = createRequire(import.meta.url);

export function heading(title: string, packages: readonly string[] = []): void {
  const versions = packages.map((name) => `${name} ${versionOf(name)}`);
  console.log(`\n## ${title}\n`);
  if (versions.length > 0) console.log(`With ${versions.join(", ")}.\n`);
}

export function machine(): string {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpu?.model.trim() ?? "unknown CPU"}, ${cpus().length} cores, ${gib} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

/** Not every package exports its package.json. */
function versionOf(name: string): string {
  try {
    return (require(`../node_modules/${name}/package.json`) as { version: string }).version;
  } catch {
    return "?";
  }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (at === 0 ? (cells[at] ?? "").padEnd(width) : (cells[at] ?? "").padStart(width))).join(" | ")} |`;
  console.log(line(head));
  console.log(
    `| ${widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`,
  );
  for (const row of rows) console.log(line(row));
}

/** Microseconds, with as many digits as they deserve. */
export function cost(measured: Measured): string {
  const { microseconds } = measured;
  return microseconds < 10 ? microseconds.toFixed(2) : microseconds.toFixed(microseconds < 100 ? 1 : 0);
}

/** The ratio to a baseline, and in brackets where half of the rounds lie. */
export function times(measured: Measured, base: Measured): string {
  if (measured === base) return "1";
  const [low, high] = quartiles(measured.samples.map((sample, round) => sample / (base.samples[round] as number)));
  return `${two(ratio(measured, base))} (${two(low)}-${two(high)})`;
}

export function two(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** Says of a target whether this run met it. Never fails: a busy machine is no bug. */
export function target(what: string, value: number, limit: number, sense: "at most" | "at least", unit = " x"): void {
  const isMet = sense === "at most" ? value <= limit : value >= limit;
  console.log(`- ${isMet ? "met   " : "MISSED"} ${what}: ${two(value)}${unit}, target ${sense} ${limit}${unit}`);
}
