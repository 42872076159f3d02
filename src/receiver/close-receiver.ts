// Closes a receiver: waits for what runs, then ends it.
import type { EventRunner } from "./processing/event-processor.js";
import type { ReceiverInbox } from "./receiver-inbox.js";

/**
 * Waits up to `graceSeconds` for running handlers, then aborts them and releases their claims. When it resolves, the
 * sender of each delivery has its answer.
 */
export async function closeReceiver(
  runner: EventRunner,
  inboxes: readonly ReceiverInbox[],
  graceSeconds: number,
): Promise<void> {
  const stopped = Promise.all(inboxes.map((inbox) => inbox.stop(graceSeconds)));
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceSeconds * 1000);
  });
  await Promise.race([runner.idle(), grace]);
  clearTimeout(timer);
  const reason = new Error("the receiver is closing");
  await Promise.all([...runner.active].map((run) => run.stop(reason)));
  await stopped;
  await new Promise((resolve) => setImmediate(resolve)); // the last answers are a few promises away from their sockets
}
