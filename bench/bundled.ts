// A part of the package as it is published: what tsx makes of the sources is slower.
import { fileURLToPath } from "node:url";
import { bundle } from "../scripts/bundle.js";
import { root } from "../scripts/entry-points.js";

/** Bundles sources, so that they share what they share, and loads them by their path below `src`, without the ending. */
export async function bundled(
  bench: string,
  parts: readonly string[],
): Promise<<Module>(part: string) => Promise<Module>> {
  // Below node_modules: the bundle imports packages.
  const folder = new URL(`node_modules/.cache/hookgate-bench-${bench}/`, root);
  await bundle(
    parts.map((part) => `src/${part}.ts`),
    fileURLToPath(folder),
  );
  return async <Module>(part: string) => (await import(new URL(`${part}.js`, folder).href)) as Module;
}
