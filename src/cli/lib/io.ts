// The command line's outside world: output, input and clock.
import { createInterface } from "node:readline/promises";
import { plainText, plainTextBut } from "../../lib/plain-text.js";

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output, and standard error, is a terminal. */
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  /** Whether somebody can be asked. */
  readonly isInTerminal: boolean;
  /** Aborts when the user wants to end it (Ctrl+C). */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  readInput(): Promise<Buffer>;
  /** One line of whoever sits there; empty where they end it instead. */
  ask(question: string): Promise<string>;
  /** The process ends with the command, whatever a module of the user's own holds open. */
  endAfterwards(): void;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface ProcessIo extends Io {
  readonly isEndForced: boolean;
}

/** The process's own. */
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
      // Not as a terminal, which would keep Ctrl+C for itself.
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

/** What came from outside may not move a terminal's cursor, colour it, or begin a line of its own. */
export const plain: (text: string) => string = plainText;

const COLOUR = "\\u001b\\[\\d{1,2}m";
const jsonOut = plainTextBut(/\n/);
const textOut = plainTextBut(new RegExp(`\\n|${COLOUR}`));
/** A bar of progress is written over. */
const textErr = plainTextBut(new RegExp(`\\n|${COLOUR}|\\r(?:\\u001b\\[K)?`));

/**
 * The last word on what is written. Commands make their values `plain`, for only they know which line breaks and colours are
 * theirs; nothing else gets by, and JSON is of printable characters alone, its strings escaped.
 */
export function printing(io: Io, isJson: boolean): Io {
  return {
    ...io,
    out: (text) => io.out((isJson ? jsonOut : textOut)(text)),
    err: (text) => io.err(textErr(text)),
    ask: (question) => io.ask(plain(question)),
  };
}
