// Where does a secret go that the sender makes, and tells once? Into a file or to a command, and never onto a screen.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import type { OptionSpecs } from "./command.js";
import type { EndpointCall } from "./endpoint-call.js";
import { UsageError } from "./usage-error.js";

export const KEEP_OPTIONS: OptionSpecs = {
  "secret-out": {
    type: "string",
    value: "PATH",
    help: "Where the sender makes the secret (stripe, sendgrid): a new file for it, readable by you alone.",
  },
  "secret-to": {
    type: "string",
    value: "COMMAND",
    help: "The same to a command's standard input: one that stores it, and ends once the receiver takes it.",
  },
};

export type KeepSecret = (secret: string) => Promise<void>;

/** @throws {UsageError} Where it could not be kept, or is ours: found before anything is asked for. */
export function keeper({ given, context: { io, isJson }, api }: EndpointCall): KeepSecret | undefined {
  const [path, command] = [given.text("secret-out"), given.text("secret-to")];
  if (path === undefined && command === undefined) return undefined;
  if (!("secretBy" in api) || api.secretBy !== "sender")
    throw new UsageError(
      `--secret-out and --secret-to are for senders that make the secret; ${api.title} makes none: it is yours, --secret-env`,
    );
  if (path !== undefined && existsSync(path))
    throw new UsageError(`--secret-out: ${path} exists, and is not overwritten: a secret in it may be in use`);
  return async (secret) => {
    if (path !== undefined) {
      try {
        writeFileSync(path, `${secret}\n`, { flag: "wx", mode: 0o600 });
      } catch (error) {
        throw new UsageError(
          `--secret-out: ${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"}); the new endpoint is taken away again, for nobody would have its secret`,
        );
      }
      if (!isJson) io.out(`  the secret is in ${path}\n`);
    }
    if (command !== undefined) {
      await toCommand(command, secret);
      if (!isJson) io.out("  the secret was given to the command\n");
    }
  };
}

function toCommand(command: string, secret: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["pipe", "ignore", "inherit"] });
    const failed = (why: string): void =>
      reject(
        new UsageError(`--secret-to: ${why}; the new endpoint is taken away again, for nobody would have its secret`),
      );
    child.once("error", (error: NodeJS.ErrnoException) =>
      failed(`the command could not be started (${error.code ?? "error"})`),
    );
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else failed(`the command ended with ${code ?? signal}`);
    });
    // It may end without reading.
    child.stdin.once("error", () => undefined);
    child.stdin.end(secret);
  });
}
