// Colours and columns for terminals.

/** ECMA-48 8.3.117: on, and off. Not by util.styleText, which looks at this process's terminal and not at the given one. */
const SGR = { green: [32, 39], red: [31, 39], yellow: [33, 39], dim: [2, 22], bold: [1, 22] } as const;

export type Colour = keyof typeof SGR;
export type Paint = (colour: Colour, text: string) => string;

export interface ColourWish {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` */
  readonly isOff: boolean;
}

/** Off where nobody sees colours, and where somebody does not want them (no-color.org). */
export function paintFor({ isTerminal, env, isOff }: ColourWish): Paint {
  const isWanted = isTerminal && !isOff && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  if (!isWanted) return (_colour, text) => text;
  return (colour, text) => `\u001b[${SGR[colour][0]}m${text}\u001b[${SGR[colour][1]}m`;
}

/** A cell and how it is painted once it has its width. */
export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

/** Columns as wide as their widest cell; the last one runs on. */
export function table(rows: readonly (readonly (Cell | string)[])[], paint: Paint): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? { text: cell } : cell) as Cell));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach(({ text }, at) => {
      widths[at] = Math.max(widths[at] ?? 0, text.length);
    });
  }
  return cells
    .map((row) => {
      const parts = row.map(({ text, colour }, at) => {
        const padded = at === row.length - 1 ? text : text.padEnd(widths[at] ?? 0);
        return colour === undefined ? padded : paint(colour, padded);
      });
      return `${parts.join("  ").trimEnd()}\n`;
    })
    .join("");
}

/** Words in lines of at most 96 characters, each line after the first under the indent. */
export function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + word.length + 1 > 96) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${indent}`);
}

/** A heading and its text, or its list; left out where there is none. */
export type Line = readonly [name: string, text: string | readonly string[] | undefined];

/** Headings at the left, and their texts beside them; lists stand below theirs. */
export function paragraphs(lines: readonly Line[], paint: Paint): string {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  const indent = " ".repeat(width);
  return lines
    .map(([name, text]) => {
      if (text === undefined || text.length === 0) return "";
      if (typeof text === "string") return `${paint("bold", name.padEnd(width))}${wrap(text, indent)}\n`;
      return `\n${paint("bold", name)}\n${text.map((one) => `  - ${wrap(one, "    ")}\n`).join("")}`;
    })
    .join("");
}
