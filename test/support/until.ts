// Waits until a condition holds.
import { setTimeout as pause } from "node:timers/promises";

/** The bound ends a test that would wait for ever; it measures nothing. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 40_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`the condition did not hold within ${withinMs} ms: ${holds}`);
    await pause(5);
  }
}
