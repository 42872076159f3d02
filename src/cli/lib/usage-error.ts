// The command line was not used as it is meant: exit code 2.

/** Its message is for the user, and holds no secret. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What the library says of an option is for whoever typed the command: said without the function's name. */
export function asMisuse(error: unknown): unknown {
  const [, said] = error instanceof TypeError ? (/^\w+: (.*)$/s.exec(error.message) ?? []) : [];
  return said === undefined ? error : new UsageError(said);
}
