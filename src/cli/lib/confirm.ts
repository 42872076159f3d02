// Asks before something that cannot be undone; `--yes` answers beforehand.
import type { Context, Given, OptionSpec } from "./command.js";
import { UsageError } from "./usage-error.js";

export const YES_OPTION: OptionSpec = {
  type: "boolean",
  help: "Does not ask. Needed where no one can be asked: in CI, in pipes, and with --json.",
};

/** @throws {UsageError} Where it was not said, and nobody can be asked. */
export async function isConfirmed(given: Given, { io, isJson }: Context, what: string): Promise<boolean> {
  if (given.isSet("yes")) return true;
  if (isJson || !io.isInTerminal) {
    throw new UsageError(
      `${what} is not done unasked, and ${isJson ? "--json asks nothing" : "standard input is no terminal"}: give --yes, or --dry-run to see what would be done. Nothing was changed`,
    );
  }
  const answer = await io.ask(`${what}: go on? [y/N] `);
  return /^\s*(y|yes)\s*$/i.test(answer);
}
