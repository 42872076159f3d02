// Stores a secret that the sender shows once, in a file or through a command, never on the screen.

import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { OptionSpecs } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { UsageError } from "../lib/usage-error.js";
import type { EndpointCall } from "./endpoint-call.js";

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

export interface SecretKeeper {
  /** @throws {UsageError} Where it could not be kept: asked before anything is made that has one. */
  check(): void;
  keep(secret: string): Promise<void>;
  /** Whose endpoint was taken away again: the file is of no use. */
  discard(): void;
}

/** @throws {UsageError} Where the secret is not the sender's to make. */
export function keeperOf({ given, context: { io, isJson }, api }: EndpointCall): SecretKeeper | undefined {
  const [path, command] = [given.text("secret-out"), given.text("secret-to")];
  if (path === undefined && command === undefined) return undefined;
  if (!("secretBy" in api) || api.secretBy !== "sender")
    throw new UsageError(
      `--secret-out and --secret-to are for senders that make the secret; ${api.title} makes none: it is yours, --secret-env`,
    );
  let isWritten = false;
  const note = (text: string): void => {
    if (!isJson) io.out(`  ${plain(text)}\n`);
  };
  return {
    check() {
      if (path === undefined) return;
      if (existsSync(path))
        throw new UsageError(
          `--secret-out: ${path} exists, and is not overwritten: a secret in it may be in use. Nothing was changed`,
        );
      if (!existsSync(dirname(path)))
        throw new UsageError(`--secret-out: there is no folder ${dirname(path)}. Nothing was changed`);
    },
    async keep(secret) {
      if (path !== undefined) {
        try {
          writeFileSync(path, `${secret}\n`, { flag: "wx", mode: 0o600 });
        } catch (error) {
          const { code = "error" } = error as NodeJS.ErrnoException;
          throw new UsageError(`--secret-out: ${path} cannot be written (${code}); ${TAKEN_AWAY}`);
        }
        isWritten = true;
        note(`the secret is in ${path}`);
      }
      if (command === undefined) return;
      await toCommand(command, secret);
      note("the secret was given to the command");
    },
    discard() {
      if (path === undefined || !isWritten) return;
      rmSync(path, { force: true });
      note(`${path} is removed: the endpoint with that secret was taken away again`);
    },
  };
}

const TAKEN_AWAY = "the new endpoint is taken away again, for nobody would have its secret";

function toCommand(command: string, secret: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["pipe", "ignore", "inherit"] });
    const failed = (why: string): void => reject(new UsageError(`--secret-to: ${why}; ${TAKEN_AWAY}`));
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
