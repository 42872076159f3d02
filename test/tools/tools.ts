// Runs the compilers, bundlers and test runners of scripts/fetch-tools.ts on an application with the packed tarball in it.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../scripts/entry-points.js";
import { TOOLS_FOLDER } from "../../scripts/fetch-tools.js";

/** In CI a missing tool fails, it does not skip. */
export const isWithoutTools: boolean = !existsSync(join(TOOLS_FOLDER, "node_modules")) && process.env.CI !== "true";
if (isWithoutTools) console.warn("compilers and bundlers are not here; npx tsx scripts/fetch-tools.ts fetches them");

/** A file in the folder of a fetched package. */
export function tool(path: string): string {
  return join(TOOLS_FOLDER, "node_modules", path);
}

/** A file in the folder of a package of this repository. */
export function ours(path: string): string {
  return fileURLToPath(new URL(`node_modules/${path}`, root));
}

/** Makes a package known to an application, by a link. */
export function link(app: string, name: string, target: string): void {
  const place = join(app, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  if (!existsSync(place)) symlinkSync(target, place);
}

/** Writes files below the folder, and makes the folders they are in. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Runs a script with this Node. Resolves with what it printed, and with its exit code where that is not 0. */
export function node(folder: string, ...args: readonly string[]): Promise<string> {
  return run(folder, process.execPath, args);
}

/** The same of any command. */
export function run(folder: string, command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, CI: "true", NODE_OPTIONS: "" }, maxBuffer: 64 << 20 };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      resolve(error === null ? stdout : `exit code ${error.code}\n${stdout}\n${stderr}`);
    });
  });
}
