// Pages are written from rows: what they say is what the rows do.
import { readdirSync, readFileSync } from "node:fs";
import type { SenderFactory } from "hookgate/senders";
import * as senders from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { describedSenders, senderPages } from "../../../scripts/sender-pages.js";

const folder = new URL("../../../docs/senders/", import.meta.url);
const described = describedSenders();

it("pages and index are those that the rows make; `npx tsx scripts/sender-pages.ts` writes them", () => {
  const written = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
  const made = senderPages();
  expect([...written.keys()].sort()).toEqual([...made.keys()].sort());
  for (const [name, text] of made) expect(written.get(name), name).toBe(text);
});

describe.each(described)("the row of $about.factory", ({ about, sender }) => {
  it("is exported under its name, and its name is its own", () => {
    const factory = (senders as unknown as Readonly<Record<string, SenderFactory<object>>>)[about.factory];
    const { name, factory: factoryName, options } = about;
    expect(factory?.about).toEqual({ name, factory: factoryName, options });
    expect(factory).toHaveProperty("name", about.factory);
    expect(sender.name).toBe(about.name);
    expect(described.filter((one) => one.about.name === about.name)).toHaveLength(1);
    expect(about.name).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  it("says where its facts are from, and nothing that is empty", () => {
    expect(about.sources.length).toBeGreaterThan(0);
    const texts = [about.title, about.credential, about.proof, about.exampleType, ...about.sources];
    for (const text of [...texts, ...(about.notes ?? []), ...(about.unconfirmed ?? [])]) expect(text).toMatch(/\S/);
  });
});
