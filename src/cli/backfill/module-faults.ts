// What goes wrong in a module of the user's own besides the command, such as a port that is taken, ends it in words.
import { UsageError } from "../lib/usage-error.js";

export interface ModuleFaults {
  /** Aborts with a `UsageError`. */
  readonly signal: AbortSignal;
  /** What it answers, unless the module fails before. */
  unless<T>(work: Promise<T>): Promise<T>;
}

/** For the rest of the process: it ends with the command. */
export function watchModule(path: string, interrupted: AbortSignal): ModuleFaults {
  const faults = new AbortController();
  // Rejections that nobody handles come here, too.
  process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const advice =
      error?.code === "EADDRINUSE"
        ? ". It listens when it is imported, as the application itself does: let it listen only when it is run, if (process.argv[1] === fileURLToPath(import.meta.url)), or export the receiver from a file of its own"
        : "";
    faults.abort(new UsageError(`${path} failed: ${said}${advice}`));
  });
  interrupted.addEventListener("abort", () => faults.abort(new Error("it was interrupted")), { once: true });
  const { signal } = faults;
  return {
    signal,
    unless: (work) =>
      Promise.race([
        work,
        new Promise<never>((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason as Error);
          signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        }),
      ]),
  };
}
