// Options that keep a receiver of a test from writing to the console.

export const quietLogger = { warn: (): void => undefined, error: (): void => undefined };

/** For receivers whose outcomes and errors nobody looks at, either. */
export const quiet = {
  logger: quietLogger,
  onOutcome: (): void => undefined,
  onError: (): void => undefined,
};
