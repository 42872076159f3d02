// Colours and columns for terminals.

/** ECMA-48 8.3.117: on and off. util.styleText is not used because it looks at the terminal of this process, not at the given one. */
const SGR = { green: [32, 39], red: [31, 39], yellow: [33, 39], dim: [2, 22], bold: [1, 22] } as const;

export type Colour = keyof typeof SGR;
export type Paint = (colour: Colour, text: string) => string;

export interface ColourOptions {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` */
  readonly isOff: boolean;
}

/** Colours are off without a terminal, with `--no-color` and with NO_COLOR (no-color.org). */
export function paintFor({ isTerminal, env, isOff }: ColourOptions): Paint {
  const isWanted = isTerminal && !isOff && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  if (!isWanted) return (_colour, text) => text;
  return (colour, text) => `\u001b[${SGR[colour][0]}m${text}\u001b[${SGR[colour][1]}m`;
}

/** A cell with its colour, which is applied after padding. */
export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

/** Pads each column to its widest cell, except the last one. */
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

/** Wraps text at 96 characters; every line after the first gets the indent. */
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

/** A heading with its text or list. `undefined` leaves the line out. */
export type Line = readonly [name: string, text: string | readonly string[] | undefined];

/** Writes headings on the left with texts beside them; lists go below their heading. */
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
