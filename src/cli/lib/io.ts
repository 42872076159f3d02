// The input, output and clock of the command line.
import { createInterface } from "node:readline/promises";
import { plainText, plainTextBut } from "../../lib/plain-text.js";

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output, and standard error, is a terminal. */
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  /** Whether standard input is a terminal, so that a question can be answered. */
  readonly isInTerminal: boolean;
  /** Aborts when the user presses Ctrl+C. */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  readInput(): Promise<Buffer>;
  /** Reads one line from the terminal; empty when input ends or Ctrl+C is pressed. */
  ask(question: string): Promise<string>;
  /** Makes the process exit after the command, even when a module of the user holds handles open. */
  endAfterwards(): void;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface ProcessIo extends Io {
  readonly isEndForced: boolean;
}

/** Input and output of this process. */
export function processIo(signal: AbortSignal): ProcessIo {
  let isEndForced = false;
  return {
    env: process.env,
    isOutTerminal: process.stdout.isTTY === true,
    isErrTerminal: process.stderr.isTTY === true,
    isInTerminal: process.stdin.isTTY === true,
    signal,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    async ask(question) {
      // Not in terminal mode, in which readline would handle Ctrl+C itself.
      const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
      try {
        const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
        return await Promise.race([lines.question(question, { signal }), ended]);
      } catch {
        return ""; // Ctrl+C
      } finally {
        lines.close();
      }
    },
    endAfterwards() {
      isEndForced = true;
    },
    get isEndForced() {
      return isEndForced;
    },
    now: Date.now,
  };
}

/** Removes control characters from foreign text, so that it cannot move the cursor, set colours or start a line. */
export const plain: (text: string) => string = plainText;

const COLOUR = "\\u001b\\[\\d{1,2}m";
const jsonOut = plainTextBut(/\n/);
const textOut = plainTextBut(new RegExp(`\\n|${COLOUR}`));
/** The progress bar overwrites its own line. */
const textErr = plainTextBut(new RegExp(`\\n|${COLOUR}|\\r(?:\\u001b\\[K)?`));

/**
 * Filters everything that is written, as a second guard. Commands call `plain` on foreign values, since only they know which line breaks and colours are
 * their own. No other control character passes, and JSON consists of printable characters only.
 */
export function printing(io: Io, isJson: boolean): Io {
  return {
    ...io,
    out: (text) => io.out((isJson ? jsonOut : textOut)(text)),
    err: (text) => io.err(textErr(text)),
    ask: (question) => io.ask(plain(question)),
  };
}
