// Checks that each sender's test file runs the oracle that the sender's facts name, and no stronger one.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import type { SenderOracle } from "../../../src/senders/facts/index.js";
import { readVectors } from "../../support/senders/vector-oracle.js";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const packages = Object.keys((JSON.parse(read("package.json")) as { devDependencies: object }).devDependencies);
const described = describedSenders();

/** First arguments of the calls of these names in a file. */
function argumentsOf(text: string, ...names: readonly string[]): readonly string[] {
  const calls = new RegExp(`\\b(?:${names.join("|")})\\(\\s*"([^"]+)"`, "g");
  return [...text.matchAll(calls)].map(([, argument]) => argument as string);
}

function publishedSources(sender: string): readonly string[] {
  const published = readVectors(sender).filter(({ valid, source }) => valid && !source.startsWith("constructed"));
  return published.map(({ source }) => source);
}

/** What a test file runs, strongest first. */
function oraclesOf(sender: string): readonly (SenderOracle & { readonly sources: readonly string[] })[] {
  const path = `test/senders/${sender}.test.ts`;
  if (!existsSync(new URL(path, ROOT))) return [];
  const text = read(path);
  const found = {
    library: argumentsOf(text, "libraryOracle", "signerOracle", "byLibrary"),
    vector: argumentsOf(text, "vectorOracle", "readVectors").flatMap(publishedSources),
    documentation: argumentsOf(text, "documentationOracle", "documentedAt"),
  };
  return Object.entries(found).flatMap(([kind, sources]) =>
    sources.length === 0 ? [] : [{ kind: kind as SenderOracle["kind"], sources }],
  );
}

describe.each(described.map(({ about }) => about))("$name", ({ name, oracle, sources }) => {
  it("is checked against what its facts say", () => {
    const [strongest] = oraclesOf(name);
    expect(oracle.kind).toBe(strongest?.kind ?? "own");
    if (strongest === undefined) return;
    expect(strongest.sources).toContain(oracle.source);
    if (oracle.kind === "library") expect(packages).toContain(oracle.source);
    if (oracle.kind === "documentation") {
      expect(oracle.source).toMatch(/^https:\/\//);
      expect(sources).toContain(oracle.source);
    }
  });
});

it("a library that is compared with is imported by the test file, or by what it asks", () => {
  for (const { about } of described) {
    for (const library of oraclesOf(about.name).find(({ kind }) => kind === "library")?.sources ?? []) {
      const asked = `${read(`test/senders/${about.name}.test.ts`)}\n${library === "@hookflo/tern" ? read("test/support/senders/tern.ts") : ""}`;
      expect(asked, about.name).toMatch(new RegExp(`from "${library}["/]`));
    }
  }
});

it("no sender is checked against itself alone, and 77 and more against a library or a vector", () => {
  const kinds = described.map(({ about }) => about.oracle.kind);
  expect(kinds.filter((kind) => kind === "own")).toEqual([]);
  expect(kinds.filter((kind) => kind === "library" || kind === "vector").length).toBeGreaterThanOrEqual(77);
});
