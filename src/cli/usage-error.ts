// The command line was not used as it is meant: exit code 2.

/** Its message is for the user, and holds no secret. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
