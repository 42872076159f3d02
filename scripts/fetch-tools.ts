// Fetches the bundlers, test runners and compilers that the packed tarball is tried with: `npx tsx scripts/fetch-tools.ts`.
// They are 250 MB, so they are no devDependencies.
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root } from "./entry-points.js";
import { install } from "./fetch-runtimes.js";

/** By the name that the tests import or run. */
export const TOOLS = {
  "@rollup/plugin-node-resolve": "16.0.3",
  "@rspack/core": "2.3.3",
  "@types/jest": "30.0.0",
  "@types/node": "20.19.43",
  "@vercel/ncc": "0.45.0",
  jest: "30.5.2",
  rollup: "4.68.8",
  "ts-jest": "29.4.15",
  "ts-node": "10.9.2",
  typescript: "5.9.3",
  vite: "8.3.8",
  webpack: "5.112.2",
} as const;

/** Where the tests look for them. CI has them in its scratch folder. */
export const TOOLS_FOLDER: string = process.env.HOOKGATE_TOOLS ?? fileURLToPath(new URL("node_modules/.tools", root));

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  install(
    Object.entries(TOOLS).map(([name, version]) => `${name}@${version}`),
    TOOLS_FOLDER,
  );
}
