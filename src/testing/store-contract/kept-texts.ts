// Cases of the store contract: replies and progress come back unchanged.
import { type DedupeStoreCase, held } from "./bench.js";
import { group } from "./group.js";

/** What a store may be asked to keep. Each text is tried as reply and as progress. */
const TEXTS: Readonly<Record<string, string>> = {
  "16 KB": "x".repeat(16_384),
  "16 KB of characters that take three bytes": "€".repeat(5461),
  "characters beyond the basic plane": "🦊 𝒽ook 𐍈",
  "NUL and other control characters": "a\u0000b\u0001\u001f\u007f\u0085\u2028z",
  "quotes, backslashes and percent signs": `'"\\ %s $1 {} ''; --`,
  "line ends and white space at both ends": "\r\n  two\nlines\t \n",
  "a text that looks like nothing": "null",
  JSON: '{"status":200,"headers":{},"body":"\\u0000 ok"}',
};

export const keptTextCases: readonly DedupeStoreCase[] = group(
  "what it keeps",
  Object.entries(TEXTS).map(([name, text]) => [
    `comes back unchanged: ${name}`,
    async (b) => {
      const key = b.key();
      await b.claim(key, "a");
      held(await b.release(key, "a", text));
      await b.win(key, "b", { attempt: 2, progress: text });
      held(await b.complete(key, "b", { reply: text }));
      await b.expectDone(key, text);
    },
  ]),
);
