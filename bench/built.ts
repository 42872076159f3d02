// The package as it is published. By path: `tsx` would resolve the name "hookgate" to the sources.
import { fileURLToPath } from "node:url";
import { bundle } from "../scripts/bundle.js";
import { entryPoints, root } from "../scripts/entry-points.js";

/** What is not public, for questions about one part. Bundled as dist is, and with it, so that they share what they share. */
const PARTS = ["src/lib/ip/address-ranges.ts", "src/dedupe/key.ts", "src/core/delivery.ts"];
// Below node_modules: the bundle imports packages.
const folder = new URL("node_modules/.cache/hookgate-bench/", root);
await bundle([...entryPoints().map(({ source }) => source), ...PARTS], fileURLToPath(folder));

export const hookgate: typeof import("../src/index.js") = await load("index.js");
export const senders: typeof import("../src/senders/index.js") = await load("senders/index.js");

/** An entry point or one of the parts. */
export async function load<Module>(path: string): Promise<Module> {
  return (await import(new URL(path, folder).href)) as Module;
}
