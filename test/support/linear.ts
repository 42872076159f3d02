// Measures whether work grows with its input and not with its square, in processor time: other programs take none of it.

/** Four times the input may take ten times as long: four where the work is linear, sixteen where it is quadratic. */
const FACTOR = 4;
const MOST = 10;
/** Shorter times say nothing. */
const LEAST_MS = 5;

/** How many times longer the larger input takes than the smaller one; at least `LEAST_MS` counts as the time of that. */
export async function growth(work: (length: number) => unknown, length: number): Promise<number> {
  const small = Math.max(await bestOf(() => work(length)), LEAST_MS);
  return (await bestOf(() => work(length * FACTOR))) / small;
}

/** What `growth` must stay below. */
export const LINEAR: number = MOST;

async function bestOf(work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

/** Texts that make backtracking, recursion and rewriting expensive, of about the length. */
export const HOSTILE_TEXTS: readonly (readonly [string, (length: number) => string])[] = [
  ["blanks", (length) => " ".repeat(length)],
  ["blanks and a mark", (length) => `${" ".repeat(length)}!`],
  ["blanks between marks", (length) => `!${" ".repeat(length)}!\n`],
  ["line breaks", (length) => "\n".repeat(length)],
  ["line breaks before a mark", (length) => `${"\n".repeat(length)}!\n`],
  ["carriage returns", (length) => `${"\r".repeat(length)}!`],
  ["line breaks of both kinds", (length) => `${"\r\n".repeat(length / 2)}!\n`],
  ["letters, blanks and a mark", (length) => `${"a ".repeat(length / 2)}!`],
  ["base64 and a mark", (length) => `${"A".repeat(length)}!`],
  ["equals signs", (length) => `AAAAAAAA${"=".repeat(length)}!`],
  ["question marks", (length) => `/${"?".repeat(length)}\n`],
  ["slashes", (length) => "/".repeat(length)],
  ["commas", (length) => ",".repeat(length)],
  ["colons and digits", (length) => `${":1".repeat(length / 2)}x`],
  ["percent signs", (length) => "%".repeat(length)],
  ["host=", (length) => 'host="'.repeat(length / 6)],
  ["quotes", (length) => '"'.repeat(length)],
  ["backslashes", (length) => "\\".repeat(length)],
  ["bytes beyond ASCII", (length) => "ÿ".repeat(length)],
  ["nested arrays, open", (length) => "[".repeat(length)],
  ["nested arrays", (length) => "[".repeat(length / 2) + "]".repeat(length / 2)],
  ["nested objects", (length) => `${'{"a":'.repeat(length / 6)}1${"}".repeat(length / 6)}`],
  ["a wide array as deep as may be", (length) => `${"[".repeat(60)}${"1,".repeat(length / 2)}1${"]".repeat(60)}`],
  ["slashes in JSON", (length) => `"${"/".repeat(length)}"`],
  ["names", (length) => `{${'"a":1,'.repeat(length / 6)}"b":1}`],
];
