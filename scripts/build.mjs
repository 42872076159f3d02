// Builds dist from src with plain tsc. Runs at `npm install` in a clone, so that `npm start` needs nothing else.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
const tsc = new URL("../node_modules/typescript/bin/tsc", import.meta.url);
const { status } = spawnSync(process.execPath, [tsc.pathname, "-p", "tsconfig.build.json"], {
  cwd: new URL("..", import.meta.url),
  stdio: "inherit",
});
process.exit(status ?? 1);
