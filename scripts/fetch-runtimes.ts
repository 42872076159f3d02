// Fetches Bun, Deno and workerd from npm, for the tests on them: `npx tsx scripts/fetch-runtimes.ts`.
// They are 330 MB, so they are no devDependencies.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arch, argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root } from "./entry-points.js";

export const VERSIONS = { Bun: "1.4.5", Deno: "2.9.6", miniflare: "4.20260426.0" } as const;
/** Every Node that package.json allows, by its oldest. */
export const NODES = [20, 22, 24, 26] as const;

const isArm = arch === "arm64";
/** Bun's build for processors without AVX2, which the other one needs. */
const BUN = isArm ? "bun-linux-aarch64" : "bun-linux-x64-baseline";
const DENO = isArm ? "linux-arm64-glibc" : "linux-x64-glibc";

/** Where the tests look for them. CI has them in its scratch folder. */
export const FOLDER: string = process.env.HOOKGATE_RUNTIMES ?? fileURLToPath(new URL("node_modules/.runtimes", root));

export const FILES = {
  Bun: join(FOLDER, "node_modules", "@oven", BUN, "bin", "bun"),
  Deno: join(FOLDER, "node_modules", "@deno", DENO, "deno"),
  miniflare: join(FOLDER, "node_modules", "miniflare", "package.json"),
} as const;

/** What is fetched beside Nodes. */
export const PACKAGES: readonly string[] = [
  `@oven/${BUN}@${VERSIONS.Bun}`,
  `@deno/${DENO}@${VERSIONS.Deno}`,
  `miniflare@${VERSIONS.miniflare}`,
];

/** Installs packages into the folder. Their install scripts do not run. */
export function install(packages: readonly string[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  const flags = ["--ignore-scripts", "--no-package-lock", "--no-fund", "--no-audit", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", "--prefix", folder, ...flags, ...packages], { stdio: "inherit" });
  if (status !== 0) throw new Error(`npm could not install ${packages.join(", ")}`);
}

/** The command of a Node of this major version, fetched where it is not there. */
export function fetchNode(version: number): string {
  const name = `node-linux-${isArm ? "arm64" : "x64"}`;
  const folder = join(FOLDER, `node-${version}`);
  install([`${name}@${version}`], folder);
  return join(folder, "node_modules", name, "bin", "node");
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) install(PACKAGES, FOLDER);
