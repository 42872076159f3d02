// Turns uncaught errors of the user's module, such as a port in use, into a readable failure of the command.
import { UsageError } from "../lib/usage-error.js";

export interface ModuleFaults {
  /** Aborts with a `UsageError` when the module fails. */
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects when the module fails first. */
  unless<T>(work: Promise<T>): Promise<T>;
}

/** Listens for the rest of the process, which ends with the command. */
export function watchModule(path: string, interrupted: AbortSignal): ModuleFaults {
  const faults = new AbortController();
  // Unhandled rejections arrive here, too.
  process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const advice =
      error?.code === "EADDRINUSE"
        ? ". It listens on a port when it is imported: listen only when it is the main module, if (process.argv[1] === fileURLToPath(import.meta.url)), or export the receiver from a separate file"
        : "";
    faults.abort(new UsageError(`${path} failed: ${said}${advice}`));
  });
  interrupted.addEventListener("abort", () => faults.abort(new Error("the run was interrupted")), { once: true });
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
