// Fills the table of docs/runtimes.md: every sender on every runtime. `npm run runtimes` fetches what is missing.
import { existsSync, writeFileSync } from "node:fs";
import { fillCell, LAMBDA, node, OTHERS, prepared } from "../test/runtimes/cells.js";
import { type CellFault, runtimesPage } from "../test/runtimes/page.js";
import { FILES, FOLDER, fetchNode, install, NODES, PACKAGES } from "./fetch-runtimes.js";

if (!Object.values(FILES).every(existsSync)) install(PACKAGES, FOLDER);
const runtimes = [...NODES.map((version) => node(`Node ${version}`, fetchNode(version))), LAMBDA, ...OTHERS];
const place = await prepared();
const faults: CellFault[] = [];
for (const runtime of runtimes) {
  for (const form of runtime.forms) {
    const startMs = performance.now();
    const found = await fillCell(place.folder, runtime, form);
    faults.push(...found.map((fault) => ({ ...fault, runtime: runtime.name, form })));
    console.log(`${runtime.name}, ${form}: ${found.length} faults in ${Math.round(performance.now() - startMs)} ms`);
  }
}
place.remove();
writeFileSync(new URL("../docs/runtimes.md", import.meta.url), runtimesPage(faults));
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
