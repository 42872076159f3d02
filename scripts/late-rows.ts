// When is a sender's row read? When its sender is first asked for: an import of all senders pays for none of their rows.
// The sources give a factory its row, the built ones a function that makes it. V8 skips what is inside of functions.
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

const FACTORY = /\b(?:senderFactory|follower)(?:<\w+>)?\(/.source;
/** From the factory's `({` to the `})` of a line of its own that ends the statement, as Biome writes it. */
const ROW = new RegExp(`(${FACTORY})(\\{\\n[\\s\\S]*?\\n(?: {2})?\\})\\)(?=;$| as )`, "gm");
const EARLY_ROW = new RegExp(`${FACTORY}\\{`);

/** @throws {Error} Where a row ends in a way that this does not know: it would be read early. */
export function withLateRows(source: string): string {
  // Not an arrow function: V8 parses one at once.
  const late = source.replace(ROW, "$1function () { return $2; })");
  const early = EARLY_ROW.exec(late);
  if (early !== null) throw new Error(`late-rows.ts finds no end of "${late.slice(early.index, early.index + 60)}"`);
  return late;
}

export const lateRows: Plugin = {
  name: "late-rows",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]senders[\\/][\w-]+\.ts$/ }, async ({ path }) => ({
      contents: withLateRows(await readFile(path, "utf8")),
      loader: "ts",
    }));
  },
};
