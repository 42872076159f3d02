// Makes a release commit: `npx tsx scripts/release.ts 0.2.0`. Publishes nothing.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { root } from "./entry-points.js";

const STATE_VERSION = /const STATE_VERSION = "[^"]*";/;

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: fileURLToPath(root), stdio: "inherit" });
}

function refuse(why: string): never {
  console.error(`release: ${why}`);
  exit(2);
}

const [, , version = ""] = argv;
if (!/^\d+\.\d+\.\d+(-[0-9a-z.]+)?$/.test(version)) refuse("give the version, such as 0.2.0");
const status = execFileSync("git", ["status", "--porcelain"], { cwd: fileURLToPath(root), encoding: "utf8" });
if (status !== "") refuse("commit or remove what is in the working tree first");
const changelog = readFileSync(new URL("CHANGELOG.md", root), "utf8");
if (!changelog.includes(`## ${version}`)) refuse(`CHANGELOG.md has no section "## ${version}"`);

run("npm", "version", version, "--no-git-tag-version");
const state = new URL("src/lib/across-builds.ts", root);
const source = readFileSync(state, "utf8");
if (!STATE_VERSION.test(source)) refuse("src/lib/across-builds.ts has no STATE_VERSION");
writeFileSync(state, source.replace(STATE_VERSION, `const STATE_VERSION = "${version}";`));
run("bash", ".ci/run");
run("git", "commit", "-am", `Release ${version}`);
run("git", "tag", `v${version}`);
console.log(`release: ${version} is committed and tagged; push the tag, then npm publish --provenance`);
