// Writes a page for each entry point, and their index, from the doc comments: `tsx scripts/api-pages.ts`.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { type Kind, type PublicName, publicNames } from "./public-names.js";

const FOLDER = new URL("../docs/api/", import.meta.url);
const MADE = "<!-- Written by scripts/api-pages.ts from the doc comments. -->";
const TITLES: Readonly<Record<Kind, string>> = {
  function: "Functions",
  constant: "Constants",
  class: "Classes",
  type: "Types",
};

/** File name to text: everything that belongs into docs/api. */
export function apiPages(names: ReadonlyMap<string, readonly PublicName[]>): ReadonlyMap<string, string> {
  const pages = new Map([["README.md", indexOf(names)]]);
  /** Where a declaration is explained: an entry point that exports it again links there. */
  const explained = new Map<string, string>();
  for (const [specifier, exported] of names) pages.set(pageName(specifier), pageOf(specifier, exported, explained));
  return pages;
}

function pageName(specifier: string): string {
  return `${specifier.replace(/^hookgate\//, "").replaceAll("/", "-")}.md`;
}

function indexOf(names: ReadonlyMap<string, readonly PublicName[]>): string {
  const rows = [...names].map(([specifier, exported]) => {
    const values = exported.filter(({ kind }) => kind !== "type").map(({ name }) => `\`${name}\``);
    const shown = values.length > 30 ? `${values.length} names, one for each sender` : values.join(" ");
    return `| [\`${specifier}\`](${pageName(specifier)}) | ${shown || "types"} |`;
  });
  const lines = ["# API reference", "", MADE, "", "Every public name, by the entry point that exports it.", ""];
  return [...lines, "| import from | functions, constants, classes |", "| --- | --- |", ...rows, ""].join("\n");
}

function pageOf(specifier: string, exported: readonly PublicName[], explained: Map<string, string>): string {
  const sections = Object.entries(TITLES).flatMap(([kind, title]) => {
    const entries = exported.filter((one) => one.kind === kind);
    if (entries.length === 0) return [];
    return [`## ${title}`, "", ...entries.flatMap((one) => entryOf(one, pageName(specifier), explained))];
  });
  return [`# ${specifier}`, "", MADE, "", ...sections].join("\n");
}

function entryOf(one: PublicName, page: string, explained: Map<string, string>): readonly string[] {
  const heading = [`### ${one.name}`, ""];
  const declared = `${one.source} ${one.signature}`;
  const elsewhere = explained.get(declared);
  if (elsewhere !== undefined)
    return [...heading, `See [\`${elsewhere.replace(/.*#|\.md$/g, "")}\`](${elsewhere.toLowerCase()}).`, ""];
  explained.set(declared, `${page}#${one.name}`);
  const { description, tags } = parse(one.comment);
  return [
    ...heading,
    ...(description === "" ? [] : [description, ""]),
    ...fence(one.signature),
    ...listOf(
      "Parameters",
      tags.filter(({ tag }) => tag === "param").map(({ text }) => parameter(text)),
    ),
    ...listOf("Returns", textsOf(tags, "returns")),
    ...listOf(
      "Throws",
      textsOf(tags, "throws").map((text) => text.replace(/^\{(\w+)\} */, "`$1`: ")),
    ),
    ...textsOf(tags, "example").flatMap((text) => ["**Example**", "", ...example(text)]),
    ...senderPage(one),
  ];
}

/** Everything else about a sender is on a page of its own. */
function senderPage({ kind, source }: PublicName): readonly string[] {
  const [, name] = /^src\/senders\/([\w-]+)\.ts$/.exec(source) ?? [];
  if (kind !== "constant" || !existsSync(new URL(`../senders/${name}.md`, FOLDER))) return [];
  return [`[What it signs, and when it retries](../senders/${name}.md)`, ""];
}

interface Tag {
  readonly tag: string;
  readonly text: string;
}

/** A doc comment in its parts: what is before the first tag, and each tag with its text. */
export function parse(comment: string): { readonly description: string; readonly tags: readonly Tag[] } {
  const [before = "", ...after] = comment.split(/(?:^|\s)@(?=(?:param|returns|throws|example)\b)/);
  const tags = after.map((text) => {
    const [, tag = "", rest = ""] = /^(\w+)\s?([\s\S]*)$/.exec(text.trimEnd()) ?? [];
    return { tag, text: rest };
  });
  return { description: described(before.trim()), tags };
}

/** The lines `Shape:`, `Source:` and `Promise:` are a list; what belongs to them is indented by nine. */
function described(text: string): string {
  return text
    .replace(/^(Shape|Source|Promise|Plain|Not promised): +/gm, "- **$1.** ")
    .replace(/^(- \*\*.*(?:\n {5,}\S.*)+)/gm, (item) => item.replace(/\n +/g, " "))
    .replace(/([^\n])\n(- \*\*)/g, (whole, last: string, next: string, at: number, all: string) => {
      const line = all.slice(all.lastIndexOf("\n", at) + 1, at + 1);
      return line.startsWith("- **") ? whole : `${last}\n\n${next}`;
    });
}

const textsOf = (tags: readonly Tag[], wanted: string): readonly string[] =>
  tags.filter(({ tag }) => tag === wanted).map(({ text }) => text);

function parameter(text: string): string {
  const [, name = "", about = ""] = /^(\S+)(?:\s+-)?\s*([\s\S]*)$/.exec(text) ?? [];
  return `\`${name}\`: ${about}`;
}

function listOf(title: string, texts: readonly string[]): readonly string[] {
  if (texts.length === 0) return [];
  return [`**${title}**`, "", ...texts.map((text) => `- ${text.trim().replace(/\s*\n\s*/g, " ")}`), ""];
}

/** What stands behind the tag, with the code on the lines below it, is a caption. */
function example(text: string): readonly string[] {
  const [first = "", ...others] = text.split("\n");
  if (first === "" || others.length === 0 || /[;{([,]$/.test(first)) return fence(text.trim());
  return [`${first}:`, "", ...fence(others.join("\n"))];
}

/** `typescript`, not `ts`: blocks of `ts` are compiled by a test, which signatures by themselves are not. */
const fence = (code: string): readonly string[] => ["```typescript", code, "```", ""];

if (argv[1] !== undefined && fileURLToPath(import.meta.url) === argv[1]) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  for (const [name, text] of apiPages(publicNames())) writeFileSync(new URL(name, FOLDER), text);
}
