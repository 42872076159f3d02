// The cells of the table: which application runs on which runtime, and in which form.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { FILES } from "../../scripts/fetch-runtimes.js";
import { aloneFolder, appFile, buildApp, type Form, type Host, installPackage } from "./build.js";
import { drive, type Fault } from "./deliveries.js";
import { launch, launchWorker, OLDEST_COMPATIBILITY_DATE } from "./launch.js";

export interface Runtime {
  /** As the table calls it. */
  readonly name: string;
  /** The application's own file. */
  readonly host: Host;
  /** What runs a file; `undefined` of workerd. */
  readonly command: readonly string[] | undefined;
  readonly forms: readonly Form[];
  /** Whether it is on this machine. */
  readonly isThere: boolean;
}

const BOTH: readonly Form[] = ["as it is", "bundled"];

export function node(name: string, file: string): Runtime {
  return { name, host: "node", command: [file], forms: BOTH, isThere: true };
}

const bun = (name: string, host: Host): Runtime => ({
  name,
  host,
  command: [FILES.Bun],
  forms: BOTH,
  isThere: existsSync(FILES.Bun),
});
const deno = (name: string, host: Host): Runtime => ({
  name,
  host,
  command: [FILES.Deno, "run", "--no-prompt", "--allow-net"],
  forms: BOTH,
  isThere: existsSync(FILES.Deno),
});

/** A Lambda function on this Node. */
export const LAMBDA: Runtime = { name: "AWS Lambda", host: "lambda", command: [execPath], forms: BOTH, isThere: true };

/** Beside Node. A Worker has no file system, so it is always bundled. */
export const OTHERS: readonly Runtime[] = [
  bun("Bun", "bun"),
  bun("Bun, node:http", "node"),
  deno("Deno", "deno"),
  deno("Deno, node:http", "node"),
  { name: "workerd", host: "workerd", command: undefined, forms: ["bundled"], isThere: existsSync(FILES.miniflare) },
];

/** A folder with the package in it; `remove` it afterwards. */
export async function prepared(): Promise<{ readonly folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-runtimes-"));
  await installPackage(folder);
  return {
    folder,
    remove: () => {
      for (const one of [folder, aloneFolder(folder)]) rmSync(one, { recursive: true, force: true });
    },
  };
}

/** Runs the application, sends every delivery, and says what was wrong. */
export async function fillCell(folder: string, { host, command }: Runtime, form: Form): Promise<readonly Fault[]> {
  await buildApp(folder, host, form);
  const file = appFile(folder, host, form);
  const app = await (command === undefined
    ? launchWorker(file, { compatibilityDate: OLDEST_COMPATIBILITY_DATE })
    : launch(command, file, dirname(file)));
  try {
    return await drive(app.port);
  } finally {
    await app.stop();
  }
}
