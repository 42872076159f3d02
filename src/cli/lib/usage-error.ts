// The error for a wrong command line: exit code 2.

/** Its message is shown to the user and contains no secret. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Turns the library's `TypeError` about an option into a `UsageError`, without the function's name. */
export function asMisuse(error: unknown): unknown {
  const [, said] = error instanceof TypeError ? (/^\w+: (.*)$/s.exec(error.message) ?? []) : [];
  return said === undefined ? error : new UsageError(said);
}
