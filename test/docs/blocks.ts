// Finds the code in README, docs and doc comments, with what each block needs around it to compile.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { byCaption, placeholders } from "./placeholders.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Block {
  readonly file: string;
  /** Of the first line of code. */
  readonly line: number;
  readonly heading: string;
  readonly extension: "ts" | "js" | "cjs";
  readonly code: string;
  /** What stands behind `@example`, with the code on the lines below it; it may bring names, see `byCaption`. */
  readonly caption: string | undefined;
  /** Names that may be used without an import, with what brings them. */
  readonly known: ReadonlyMap<string, string>;
}

/** Fences that compile. A block in another language, or that is not to compile (```text), has another word. */
const EXTENSIONS: Readonly<Record<string, Block["extension"]>> = { ts: "ts", js: "js", cjs: "cjs" };

export function markdownFiles(): readonly string[] {
  const pages = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  return ["README.md", ...pages.map((page) => `docs/${page}`).sort()];
}

/** Blocks of a page. What an earlier block has imported or made, a later one may use: a reader has read it. */
export function markdownBlocks(file: string): readonly Block[] {
  const blocks: Block[] = [];
  const known = new Map<string, string>();
  let heading = "";
  let open: { extension: Block["extension"] | undefined; line: number; code: string[] } | undefined;
  readFileSync(root + file, "utf8")
    .split("\n")
    .forEach((text, at) => {
      const fence = /^```(\w*)/.exec(text);
      if (open === undefined) {
        if (fence !== null) open = { extension: EXTENSIONS[fence[1] ?? ""], line: at + 2, code: [] };
        else heading = /^#+ (.*)/.exec(text)?.[1] ?? heading;
        return;
      }
      if (fence === null) {
        open.code.push(text);
        return;
      }
      const { extension, line } = open;
      const code = open.code.join("\n");
      open = undefined;
      if (extension === undefined) return;
      blocks.push({ file, line, heading, extension, code, caption: undefined, known: new Map(known) });
      for (const [name, statement] of [...importsOf(code), ...constantsOf(code)]) known.set(name, statement);
    });
  return blocks;
}

/** The `@example` of each doc comment. One with an ellipsis is a sketch and does not compile. */
export function exampleBlocks(known: ReadonlyMap<string, string>): readonly Block[] {
  const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return sources.sort().flatMap((source) => {
    const text = readFileSync(`${root}src/${source}`, "utf8");
    return [...text.matchAll(/\* @example ?([\s\S]*?)(?=\n\s*\* @|\s*\*\/)/g)].flatMap((match) => {
      const whole = (match[1] ?? "").replace(/^\s*\* ?/gm, "");
      if (whole.includes("…")) return [];
      const [first = "", ...others] = whole.split("\n");
      const caption = first === "" || others.length === 0 || /[;{([,]$/.test(first) ? undefined : first;
      const code = caption === undefined ? whole : others.join("\n");
      const before = text.slice(0, match.index).split("\n").length;
      const documented = (text.slice(match.index).split("*/")[1] ?? "").replace(/\b(export|readonly|async) /g, "");
      const heading = /(?:function|class|const|interface)? ?(\w+)[<(:= ]/.exec(documented)?.[1] ?? "?";
      const block: Block = {
        file: `src/${source}`,
        line: before + (caption === undefined ? 0 : 1),
        heading: `@example of ${heading}`,
        extension: "ts",
        code,
        caption,
        known: new Map([...ownExports(source, text), ...known]),
      };
      return [block];
    });
  });
}

/** What a file itself exports may be used in its examples, whether or not it is public. */
function ownExports(source: string, text: string): ReadonlyMap<string, string> {
  const from = `${root}src/${source.replace(/\.ts$/, ".js")}`;
  const found = text.matchAll(/^export (?:async )?(function|const|class|interface|type) (\w+)/gm);
  return new Map(
    [...found].map(([, kind = "", name = ""]) => {
      const type = kind === "interface" || kind === "type" ? "type " : "";
      return [name, `import ${type}{ ${name} } from ${JSON.stringify(from)};`];
    }),
  );
}

/**
 * The block as a module: its own first line is the second one of the file. Before it stands what brings the names that it
 * uses and does not bring itself: imports, and the placeholders.
 */
export function moduleOf({ code, caption = "", known, extension }: Block): string {
  if (extension !== "ts") return `\n${code}\n`;
  const captioned = byCaption.get(/^\w+/.exec(caption)?.[0] ?? "") ?? "";
  const own = declaredIn(captioned + code);
  const before = new Set([captioned]);
  const brought = new Set(own);
  function need(text: string): void {
    for (const [name, statement] of [...known, ...placeholders]) {
      if (brought.has(name) || !isUsed(name, text)) continue;
      brought.add(name);
      need(statement); // what it needs itself stands before it
      before.add(statement);
    }
  }
  need(code);
  return `${[...before, "export {};"].join(" ")}\n${code}\n`;
}

/** Every name that a block's imports bring, with a statement that brings just that one. */
function importsOf(code: string): ReadonlyMap<string, string> {
  const brought = new Map<string, string>();
  for (const [, type = "", clause = "", from = ""] of code.matchAll(/^import (type )?([^"';]+) from ("[^"]+");/gm)) {
    const [, named = ""] = /\{([^}]*)\}/.exec(clause) ?? [];
    for (const one of named.split(",").map((text) => text.trim())) {
      const name = one.replace(/^type /, "");
      if (name !== "") brought.set(name, `import ${type}{ ${one} } from ${from};`);
    }
    const standard = /^(\w+|\* as \w+)/.exec(clause.trim())?.[1];
    if (standard !== undefined) {
      brought.set(standard.replace("* as ", ""), `import ${type}${standard} from ${from};`);
    }
  }
  return brought;
}

/** Constants and `declare`s that begin a line, each on one line and without its comments. */
function constantsOf(code: string): ReadonlyMap<string, string> {
  const bare = code.replace(/(^|\s)\/\/ .*$/gm, "").replace(/[ \t]+$/gm, "");
  const made = new Map<string, string>();
  for (const [text, name = ""] of bare.matchAll(
    /^(?:const|declare (?:const|function)) (\w+)(?:[^\n]*;$|[^\n]*\n(?:[ \t][^\n]*\n|\n)*\S[^\n]*;$)/gm,
  )) {
    made.set(name, text.replace(/\s*\n\s*/g, " "));
  }
  return made;
}

function declaredIn(code: string): ReadonlySet<string> {
  const declared = new Set(importsOf(code).keys());
  for (const [, name = ""] of code.matchAll(/\b(?:const|let|function|class|interface|type) (\w+)/g)) declared.add(name);
  for (const [, names = ""] of code.matchAll(/\bconst [{[]([^}\]]*)[}\]] =/g)) {
    for (const name of names.split(",")) declared.add(name.replace(/.*:/, "").trim());
  }
  return declared;
}

/** As a name of its own: not as a member, a key, or within a text. */
function isUsed(name: string, code: string): boolean {
  const bare = code.replace(/\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
  return new RegExp(`(?<![.\\w$])${name}(?![\\w$]|\\??:)`).test(bare);
}
