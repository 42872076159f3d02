// Asks before a change that cannot be undone. `--yes` skips the question.
import type { Context, Given, OptionSpec } from "./command.js";
import { UsageError } from "./usage-error.js";

export const YES_OPTION: OptionSpec = {
  type: "boolean",
  help: "Does not ask for confirmation. Required without a terminal (CI, pipes) and with --json.",
};

/** @throws {UsageError} Without `--yes` when there is no terminal to ask on. */
export async function isConfirmed(given: Given, { io, isJson }: Context, what: string): Promise<boolean> {
  if (given.isSet("yes")) return true;
  if (isJson || !io.isInTerminal) {
    throw new UsageError(
      `${what} needs a confirmation, and ${isJson ? "--json asks no questions" : "standard input is not a terminal"}: give --yes, or --dry-run to see the plan. Nothing was changed`,
    );
  }
  const answer = await io.ask(`${what}: continue? [y/N] `);
  return /^\s*(y|yes)\s*$/i.test(answer);
}
