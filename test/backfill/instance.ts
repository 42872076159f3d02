// One process of an application: a receiver on PostgreSQL with a ledger that is written once for each event, and its backfill.
import { once } from "node:events";
import express from "express";
import { createReceiver } from "hookgate";
import { type BackfillReport, backfill, stripeEvents } from "hookgate/backfill";
import { stripe } from "hookgate/senders";
import { postgresStore } from "hookgate/stores/postgres";
import pg from "pg";

export interface InstanceSettings {
  readonly databaseUrl: string;
  readonly stripeUrl: string;
  readonly apiKey: string;
  readonly secret: string;
  /** 0: none. */
  readonly port: number;
  readonly leaseSeconds: number;
  readonly since: number;
  /** Before each event is done. */
  readonly handlerMs: number;
}

export type Told =
  | { readonly ready: number }
  | { readonly report: BackfillReport }
  | { readonly progress: number }
  | { readonly error: string };

const tell = (told: Told): void => void process.send?.(told);

async function begin(settings: InstanceSettings): Promise<void> {
  const pool = new pg.Pool({ connectionString: settings.databaseUrl, connectionTimeoutMillis: 2_000, max: 8 });
  pool.on("error", () => undefined);
  const store = postgresStore(pool, { transactional: true });
  const receiver = createReceiver(stripe({ secret: settings.secret }), {
    scope: "ledger",
    dedupe: { store },
    onError: (error) => tell({ error: `${error.code}: ${error.message}` }),
    onOutcome: () => undefined,
  });
  receiver.on("invoice.paid", async (event, { tx }) => {
    await tx.query("INSERT INTO ledger (event, by) VALUES ($1, $2)", [event.id, process.pid]);
    if (settings.handlerMs > 0) await new Promise((resolve) => setTimeout(resolve, settings.handlerMs));
  });
  const missed = backfill(receiver, {
    source: stripeEvents({ apiKey: settings.apiKey, baseUrl: settings.stripeUrl }),
    since: new Date(settings.since),
    leaseSeconds: settings.leaseSeconds,
    onProgress: ({ listed }) => tell({ progress: listed }),
  });
  process.on("message", (wanted) => {
    if (wanted === "backfill") void missed.run().then((report) => tell({ report: { ...report, error: undefined } }));
  });
  const app = express();
  app.use("/hook", receiver);
  const server = app.listen(settings.port, "127.0.0.1");
  await once(server, "listening");
  tell({ ready: (server.address() as { port: number }).port });
}

await begin(JSON.parse(process.argv[2] ?? "{}") as InstanceSettings);
