// When is a sender's row read? When its sender is first asked for: an import of all senders pays for none of their rows.
// The sources give a factory its row, the built ones a function that makes it. V8 skips what is inside of functions.
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** `senderFactory({` to the `});` that ends its statement, as Biome writes it. */
const ROW = /\b(senderFactory|follower)\((\{\n[\s\S]*?\n(?: {2})?\})\);$/gm;
/** A block, since V8 parses an arrow function without one at once. */
const LATE_ROW = "$1(() => { return $2; });";

export function withLateRows(source: string): string {
  return source.replace(ROW, LATE_ROW);
}

export const lateRows: Plugin = {
  name: "late-rows",
  setup(build) {
    build.onLoad({ filter: /\/src\/senders\/[\w-]+\.ts$/ }, async ({ path }) => {
      const contents = withLateRows(await readFile(path, "utf8"));
      const [early] = /\b(?:senderFactory|follower)\(\{/.exec(contents) ?? [];
      if (early !== undefined)
        return { errors: [{ text: `the row behind "${early}" has no end that late-rows.ts knows` }] };
      return { contents, loader: "ts" };
    });
  },
};
