// Builds `hookgate/senders/<name>`: one file for each sender, which imports what senders share from one other file.
// Bundled together, each sender and each part of two would be a chunk, and an import of them all some 170 files.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { root, senderEntryPoints } from "./entry-points.js";

/** Below dist: what senders import. */
const PARTS = "shared/sender-parts";

/** The entry point that `bundle` builds for them, and its source. */
export const senderParts = { entry: { in: `src/${PARTS}.ts`, out: PARTS }, source: sourceOfParts() } as const;

/** Writes them into the folders, where `bundle` and `bundleCommonJs` write the parts. */
export async function bundleSenders(folder: string, commonJs: string): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: senderEntryPoints().map(({ source }) => source),
    outdir: `${folder}/senders`,
    format: "esm",
    platform: "node",
    target: "node20",
    bundle: true,
    write: false,
    plugins: [fromParts],
    tsconfigRaw: {},
    legalComments: "none",
    logLevel: "warning",
  });
  mkdirSync(new URL(`${commonJs}/senders/`, root), { recursive: true });
  for (const { path, text } of outputFiles) {
    const esm = withOneImport(text);
    writeFileSync(path, esm);
    writeFileSync(new URL(`${commonJs}/senders/${basename(path)}`, root), asCommonJs(esm));
  }
  writeCommonJsIndex(commonJs);
}

/**
 * Files this plain need none of the helpers that esbuild puts into each CommonJS file: 1 KB, for each sender.
 *
 * @throws {Error} Where an import or export has another form.
 */
function asCommonJs(esm: string): string {
  const text = esm
    .replace(/^import \{([^}]+)\} from ("[^"]+");$/gm, (_, names: string, from: string) => {
      return `const {${names.replaceAll(" as ", ": ")}} = require(${from});`;
    })
    .replace(/^export \{([^}]+)\};$/m, (_, names: string) => `module.exports = {${names}};`);
  if (/^(import|export)\b/m.test(text)) throw new Error(`bundle-senders.ts: no plain import or export:\n${text}`);
  return `"use strict";\n${text}`;
}

/** `hookgate/senders` for `require`: each sender is loaded when it is first read. */
function writeCommonJsIndex(folder: string): void {
  const senders = ownSources();
  const lines = namesInIndex().map(([name, source]) => {
    const file = senders.has(source) ? `./${basename(source, ".ts")}.js` : `../${PARTS}.js`;
    return `Object.defineProperty(exports, "${name}", { enumerable: true, get: () => require("${file}").${name} });`;
  });
  writeFileSync(
    new URL(`${folder}/senders/index.js`, root),
    `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n${lines.join("\n")}\n`,
  );
}

/** The values that src/senders/index.ts exports, each with its source. */
function namesInIndex(): readonly (readonly [name: string, source: string])[] {
  const index = readFileSync(new URL("src/senders/index.ts", root), "utf8");
  return [...index.matchAll(/^export \{([^}]+)\} from "([^"]+)";$/gm)].flatMap(([, names = "", path = ""]) =>
    valuesIn(names).map((name) => [name, sourceAt(path)] as const),
  );
}

function valuesIn(names: string): readonly string[] {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));
}

/** One import of the parts instead of one for each source file that they are from. */
function withOneImport(text: string): string {
  const line = new RegExp(`^import \\{([^}]+)\\} from "\\.\\./${PARTS}\\.js";\n`, "gm");
  const names = [...text.matchAll(line)].flatMap(([, found = ""]) => valuesIn(found));
  if (names.length === 0) return text;
  return `import { ${names.join(", ")} } from "../${PARTS}.js";\n${text.replace(line, "")}`;
}

function ownSources(): ReadonlySet<string> {
  return new Set(senderEntryPoints().map(({ source }) => source));
}

/** A sender imports another one as its neighbour, and everything else from the parts. */
const fromParts: Plugin = {
  name: "from-parts",
  setup(build) {
    const senders = ownSources();
    build.onResolve({ filter: /^\./ }, ({ path, kind }) =>
      kind === "entry-point"
        ? undefined
        : { path: senders.has(sourceAt(path)) ? path : `../${PARTS}.js`, external: true },
    );
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true }));
  },
};

/** Re-exports of everything that a sender's file imports, or the index exports, and that is no sender. */
function sourceOfParts(): string {
  const senders = ownSources();
  const used = [...senders].flatMap((sender) => {
    const text = readFileSync(new URL(sender, root), "utf8");
    return [...text.matchAll(/^import \{([^}]+)\} from "(\.[^"]+)";$/gm)].flatMap(([, names = "", path = ""]) =>
      valuesIn(names).map((name) => [name, sourceAt(path)] as const),
    );
  });
  const lines = [...used, ...namesInIndex()]
    .filter(([, source]) => !senders.has(source))
    .map(([name, source]) => `export { ${name} } from "${source.replace(/^src\//, "../").replace(/\.ts$/, ".js")}";`);
  return [...new Set(lines)].sort().join("\n");
}

/** Of what a sender imports: `../core/field.js` is src/core/field.ts. */
function sourceAt(path: string): string {
  return posix.join("src/senders", path).replace(/\.js$/, ".ts");
}
