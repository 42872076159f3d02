// Lets bundlers leave out what an application does not use of a built file that has many modules in it.
// A bundler keeps an unused `var x = { ...y }` or `new Set(Object.keys(z))`, for it cannot know that nothing is called.
// Nothing of ours has an effect when it is loaded, which a test holds; so such values are made in calls that say so.
import { readFileSync, writeFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";
import { root } from "./entry-points.js";

/** @param files - ES modules below the package's root, as esbuild prints them. */
export async function markPure(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const place = new URL(file, root);
    const text = readFileSync(place, "utf8");
    const kept = new Set(await keptBy(text));
    writeFileSync(
      place,
      text.replace(STATEMENT, (all, name: string, value: string) => (kept.has(name) ? wrapped(name, value) : all)),
    );
  }
}

/** A statement of the top level: it ends with the first line that ends with a semicolon and is not indented. */
const STATEMENT = /^var (\w+) = ((?:.*|[^;]*?\n(?: .*\n|\n)*?[)}\]].*));$/gm;
/** Their names are those of their variables, which a call would take away. */
const NAMED = /^(class|function|async|\(?[\w, ]*\)? =>)/;

function wrapped(name: string, value: string): string {
  return NAMED.test(value) ? `var ${name} = ${value};` : `var ${name} = /* @__PURE__ */ (() => (${value}))();`;
}

/** Variables that a bundler keeps of a file of which nothing is used. */
export async function keptBy(text: string): Promise<readonly string[]> {
  const { outputFiles } = await build({
    stdin: { contents: 'import "the file";' },
    bundle: true,
    format: "esm",
    write: false,
    plugins: [alone(text)],
    logLevel: "error",
  });
  const output = outputFiles[0]?.text ?? "";
  return [...output.matchAll(/^(?:var|let|const|class|function|async function) (\w+)/gm)].map(([, name = ""]) => name);
}

/** The file as no package's: our `sideEffects: false` would leave out the whole. */
function alone(text: string): Plugin {
  return {
    name: "alone",
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path }) =>
        path === "the file" ? { path, namespace: "alone" } : { path, external: true, sideEffects: false },
      );
      build.onLoad({ filter: /.*/, namespace: "alone" }, () => ({ contents: text }));
    },
  };
}
