// Calls the command line in this process and captures its output and exit code.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { run } from "../../src/cli/run.js";

export interface Called {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Parses the output as JSON. */
  json(): Record<string, unknown>;
}

export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  readonly input?: string | Buffer;
  /** The answer to a question; makes standard input a terminal. */
  readonly typed?: string;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  /** Called with all raw output. */
  readonly onOut?: (text: string) => void;
}

export async function cli(args: readonly string[], world: World = {}): Promise<Called> {
  let out = "";
  let err = "";
  const { env = {}, isTerminal = false, input = "", typed, now = Date.now, onOut } = world;
  const code = await run(args, {
    env,
    isOutTerminal: isTerminal,
    isErrTerminal: isTerminal,
    isInTerminal: typed !== undefined,
    signal: world.signal ?? new AbortController().signal,
    out(text) {
      out += text;
      onOut?.(text);
    },
    err(text) {
      err += text;
    },
    readInput: async () => Buffer.from(input),
    async ask(question) {
      err += question;
      return typed ?? "";
    },
    endAfterwards: () => undefined,
    now,
  });
  return { code, out, err, json: () => JSON.parse(out) as Record<string, unknown> };
}

const folder = mkdtempSync(join(tmpdir(), "hookgate-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** Writes a temporary file. */
export function file(content: string | Uint8Array, name = "file"): string {
  const path = join(folder, `${count++}-${name}`);
  writeFileSync(path, content);
  return path;
}
