// One of several processes that receive copies of the same events; told what to do by redis-processes.test.ts.
import { Redis } from "ioredis";
import { createReceiver } from "../../../src/index.js";
import { redisStore } from "../../../src/stores/redis/redis-store.js";
import { erp, event, signed } from "../../receiver/harness.js";

/** Deliveries under way at once, as if from as many connections. */
const CONCURRENT = 40;
/** Long enough for copies to meet a run under way. */
const HANDLER_MS = 20;

export interface Work {
  readonly redisPort: number;
  /** In this order; copies are the same id again. */
  readonly ids: readonly string[];
}

export interface Report {
  /** How often each outcome was. */
  readonly outcomes: Readonly<Record<string, number>>;
}

async function receiveAll({ redisPort, ids }: Work): Promise<Report> {
  const client = new Redis(redisPort, "127.0.0.1");
  const receiver = createReceiver(erp(), {
    scope: "storm",
    answerWithinSeconds: 30,
    dedupe: { store: redisStore(client, { allowVolatile: true }) },
  });
  receiver.on("order.created", async (one) => {
    await client.hincrby("runs", String(one.id), 1);
    await new Promise((resolve) => setTimeout(resolve, HANDLER_MS));
  });
  const outcomes: Record<string, number> = {};
  let next = 0;
  const deliverer = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      const body = event("order.created", id);
      const { name } = await receiver.receive({ headers: signed(body), body });
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, deliverer));
  await receiver.close();
  client.disconnect();
  return { outcomes };
}

process.once("message", (work: Work) => {
  receiveAll(work).then(
    (report) => process.send?.(report, () => process.disconnect()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.("ready");
