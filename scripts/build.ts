// Builds dist: declarations by tsc, which checks all types, and JavaScript by esbuild, as ES modules and as CommonJS.
// Runs at `npm install` in a clone, so that `npm start` needs nothing else.
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle, bundleCommonJs, shareFacts } from "./bundle.js";
import { bundlePage } from "./bundle-page.js";
import { bundleSenders } from "./bundle-senders.js";
import { entryPoints, root, senderEntryPoints } from "./entry-points.js";
import { markPure } from "./mark-pure.js";
import { pruneDeclarations } from "./prune-declarations.js";

const entries = entryPoints();
rmSync(new URL("dist", root), { recursive: true, force: true });
await bundle(
  entries.map(({ source }) => source),
  "dist",
);
await markPure([
  "dist/senders/index.js",
  ...readdirSync(new URL("dist/shared", root)).map((file) => `dist/shared/${file}`),
]);
await bundleCommonJs("dist", "dist/cjs");
await bundleSenders("dist", "dist/cjs");
await shareFacts("dist", "dist/cjs");
bundlePage("dist/inspector");
for (const { isCommand, built } of entries) if (isCommand) chmodSync(new URL(built, root), 0o755);

const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", root));
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
  cwd: fileURLToPath(root),
  stdio: "inherit",
});
// One set of declarations, so that a receiver has one type however it was loaded: those of the ES modules repeat the others.
const imported = [...entries.filter(({ isCommand }) => !isCommand), ...senderEntryPoints()].map(({ built }) => built);
for (const built of imported) {
  const up = "../".repeat(built.split("/").length - 2) || "./";
  const types = built.replace(/^dist\//, `${up}cjs/`);
  writeFileSync(new URL(built.replace(/\.js$/, ".d.ts"), root), `export * from "${types}";\n`);
}
pruneDeclarations(imported.map((built) => built.replace(/\.js$/, ".d.ts")));
process.exit(status ?? 1);
