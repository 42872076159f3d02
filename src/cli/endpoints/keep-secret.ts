// Stores a secret that the sender shows only once: in a file or through a command, never on the screen.

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
    help: "For senders that create the secret (stripe, sendgrid): write it to this new file, readable only by you.",
  },
  "secret-to": {
    type: "string",
    value: "COMMAND",
    help: "Pass it to the standard input of a command that stores it and ends once the receiver accepts it.",
  },
};

export interface SecretKeeper {
  /** Runs before the endpoint is created. @throws {UsageError} When the secret could not be stored. */
  check(): void;
  keep(secret: string): Promise<void>;
  /** Deletes the stored secret after its endpoint was removed again. */
  discard(): void;
}

/** @throws {UsageError} When the sender does not create the secret. */
export function keeperOf({ given, context: { io, isJson }, api }: EndpointCall): SecretKeeper | undefined {
  const [path, command] = [given.text("secret-out"), given.text("secret-to")];
  if (path === undefined && command === undefined) return undefined;
  if (!("secretBy" in api) || api.secretBy !== "sender")
    throw new UsageError(
      `--secret-out and --secret-to are for senders that create the secret. For ${api.title} you create it: --secret-env`,
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
          `--secret-out: ${path} exists and is not overwritten, since a secret in it may be in use. Nothing was changed`,
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
          throw new UsageError(`--secret-out: ${path} cannot be written (${code}); ${REMOVED_AGAIN}`);
        }
        isWritten = true;
        note(`the secret is stored in ${path}`);
      }
      if (command === undefined) return;
      await toCommand(command, secret);
      note("the secret was passed to the command");
    },
    discard() {
      if (path === undefined || !isWritten) return;
      rmSync(path, { force: true });
      note(`${path} is deleted: the endpoint with that secret was removed again`);
    },
  };
}

const REMOVED_AGAIN = "the new endpoint is removed again, since its secret could not be stored";

function toCommand(command: string, secret: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["pipe", "ignore", "inherit"] });
    const failed = (why: string): void => reject(new UsageError(`--secret-to: ${why}; ${REMOVED_AGAIN}`));
    child.once("error", (error: NodeJS.ErrnoException) =>
      failed(`the command could not be started (${error.code ?? "error"})`),
    );
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else failed(`the command ended with ${code ?? signal}`);
    });
    // The command may end without reading.
    child.stdin.once("error", () => undefined);
    child.stdin.end(secret);
  });
}
