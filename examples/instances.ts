// Runs an example as several processes, and waits for what must happen.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What an instance sends to the process that started it. */
export type Told = { readonly ready: number } | { readonly ran: string };

/** Another process of the same example; `process.argv[2]` and the following say what it is to be. */
export interface Instance {
  /** The port it listens on; 0 where it does not. */
  readonly ready: Promise<number>;
  readonly ended: Promise<void>;
  /** SIGTERM, and it has ended. */
  stop(): Promise<void>;
}

export function startInstance(
  moduleUrl: string,
  args: readonly string[],
  onRan: (id: string) => void = () => undefined,
): Instance {
  const child = fork(fileURLToPath(moduleUrl), args);
  endWith(child);
  const ready = new Promise<number>((resolve, reject) => {
    child.on("message", (told: Told) => ("ready" in told ? resolve(told.ready) : onRan(told.ran)));
    child.once("exit", () => reject(new Error(`${args[0]} ended before it was ready`)));
  });
  return { ready, stop: () => ended(child, "SIGTERM"), ended: once(child, "exit").then(() => undefined) };
}

/** Called in an instance. */
export function tell(told: Told): void {
  process.send?.(told);
}

const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** Of this process: none is left behind. */
export function endWith(child: ChildProcess): void {
  children.add(child);
  child.once("exit", () => children.delete(child));
}

/** Sends a signal, and waits for the end. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits for what must come to hold; a bound, so that no example runs for ever. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error("it did not come to hold within a minute");
    await pause(25);
  }
}
