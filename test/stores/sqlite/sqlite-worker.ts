// One of several processes on one file; started by sqlite-processes.test.ts. Does what it is told, and says what it did.
import { once } from "node:events";
import { sqliteStore } from "../../../src/stores/sqlite/sqlite-store.js";

const CONCURRENT = 16;

export interface Task {
  readonly path: string;
  readonly worker: number;
  /** Events in the order in which their copies arrive here. */
  readonly events: readonly string[];
  readonly leaseSeconds: number;
  /** Whether handlers finish, or are still running when the process is killed. */
  readonly completes: boolean;
}

export interface Ran {
  readonly event: string;
  readonly fence: number;
  readonly attempt: number;
}

export type Said = { readonly ran: Ran } | { readonly end: { readonly failures: readonly string[] } };

const [task] = (await once(process, "message")) as [Task];
const store = sqliteStore(task.path, { timeoutMs: 10_000 });
const failures: string[] = [];
let next = 0;

async function deliver(event: string, token: string): Promise<void> {
  const answer = await store.claim({ key: event, token, leaseSeconds: task.leaseSeconds, bodyDigest: "digest" });
  if (answer.state !== "claimed") return;
  const { fence, attempt } = answer;
  process.send?.({ ran: { event, fence, attempt } } satisfies Said);
  if (!task.completes) return;
  const isHeld = (await store.complete(event, token, { reply: undefined }, 3600)) === "held";
  if (!isHeld) failures.push(`${event}: lost`);
}

await Promise.all(
  Array.from({ length: CONCURRENT }, async () => {
    for (let at = next++; at < task.events.length; at = next++) {
      try {
        await deliver(task.events[at] as string, `${task.worker}-${at}`);
      } catch (error) {
        failures.push(String(error));
      }
      // As deliveries come: in turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }),
);
await store.close();
process.send?.({ end: { failures } } satisfies Said, () => process.disconnect());
