// Every block of code in README, docs and doc comments compiles, as a reader would type it.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { entryPoints } from "../../scripts/entry-points.js";
import { type Block, exampleBlocks, markdownBlocks, markdownFiles, moduleOf } from "./blocks.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { paths } = (
  JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as {
    compilerOptions: { paths: Record<string, string[]> };
  }
).compilerOptions;
const blocks = [...markdownFiles().flatMap(markdownBlocks), ...exampleBlocks(await publicNames())];
const directory = mkdtempSync(join(tmpdir(), "hookgate-blocks-"));
/** What the compiler says, by number of block. */
const complaints = new Map<number, string[]>();
let rest = "";

/** Doc comments show no imports: every public value may be used. */
async function publicNames(): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const { specifier, source, isCommand } of entryPoints()) {
    if (isCommand) continue;
    for (const name of Object.keys((await import(join(root, source))) as object)) {
      if (!names.has(name)) names.set(name, `import { ${name} } from "${specifier}";`);
    }
  }
  return names;
}

beforeAll(async () => {
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(directory, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        // A reader's names need not all be used, and CommonJS blocks are JavaScript.
        noUnusedLocals: false,
        noUnusedParameters: false,
        allowJs: true,
        checkJs: true,
        paths: Object.fromEntries(
          Object.entries(paths).map(([name, files]) => [name, files.map((file) => join(root, file))]),
        ),
      },
      include: ["blocks"],
    }),
  );
  mkdirSync(join(directory, "blocks"));
  blocks.forEach((block, at) => {
    writeFileSync(join(directory, "blocks", `${at}.${block.extension}`), moduleOf(block));
  });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const said = await new Promise<string>((resolve) => {
    const args = [tsc, "--noEmit", "--pretty", "false", "-p", "."];
    execFile(process.execPath, args, { cwd: directory, maxBuffer: 2 ** 24 }, (_, stdout) => resolve(stdout));
  });
  for (const line of said.split(/\n(?! )/)) {
    const at = /^blocks\/(\d+)\.\w+\((\d+),\d+\): (.*)/s.exec(line);
    if (at === null) {
      if (line.trim() !== "") rest += `${line}\n`;
      continue;
    }
    const number = Number(at[1]);
    const { file, line: first } = blocks[number] as Block;
    const told = `${file}:${first + Number(at[2]) - 2}: ${at[3]}`;
    complaints.set(number, [...(complaints.get(number) ?? []), told]);
  }
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it.each(blocks.map((block, at) => ({ at, ...block })))("$file:$line compiles ($heading)", ({ at }) => {
  expect(complaints.get(at) ?? []).toEqual([]);
});

it("README, senders' pages and doc comments all have code to compile", () => {
  const kinds = new Set(blocks.map(({ file }) => /^README\.md|^docs\/senders|^src/.exec(file)?.[0]));
  expect([...kinds]).toEqual(expect.arrayContaining(["README.md", "docs/senders", "src"]));
  expect(rest.split("\n").filter((line) => line.startsWith("error"))).toEqual([]);
});
