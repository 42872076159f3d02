// A receiver that kills its process at one point: what docs/guarantees.md has a row for.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { bearerToken } from "../../src/auth/index.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { createReceiver, type DedupeStore, defineSender, header, type Inbox, literal } from "../../src/index.js";
import { postgresStore } from "../../src/stores/postgres/index.js";
import { sqliteStore } from "../../src/stores/sqlite/index.js";

export type Mode = "direct" | "inbox" | "transactional";
export type Point =
  | "never"
  | "before the claim"
  | "in the handler"
  | "before the completion"
  | "after the completion"
  | "before the put"
  | "after the put"
  | "after the run";

const [mode, point, folder = "", url = ""] = process.argv.slice(2) as [Mode, Point, string, string];

function dieAt(here: Point): void {
  if (here === point) process.kill(process.pid, "SIGKILL");
}

const sender = defineSender({
  name: "erp",
  auth: bearerToken({ token: "0123456789abcdef0123456789abcdef" }),
  event: { id: header("x-event-id"), type: literal("thing.made") },
});

function killing(store: DedupeStore): DedupeStore {
  return {
    name: store.name,
    isShared: true,
    claim(request) {
      dieAt("before the claim");
      return store.claim(request);
    },
    async complete(...given) {
      dieAt("before the completion");
      const answer = await store.complete(...given);
      dieAt("after the completion");
      return answer;
    },
    renew: (...given) => store.renew(...given),
    release: (...given) => store.release(...given),
  };
}

function killingInbox(inbox: Inbox): Inbox {
  return {
    ...inbox,
    async put(entries) {
      dieAt("before the put");
      const answers = await inbox.put(entries);
      dieAt("after the put");
      return answers;
    },
    work: (worker) =>
      inbox.work({
        ...worker,
        async run(...given) {
          const decision = await worker.run(...given);
          dieAt("after the run");
          return decision;
        },
      }),
  };
}

function killingTransactions(store: DedupeStore<pg.PoolClient>): DedupeStore<pg.PoolClient> {
  return {
    ...killing(store as unknown as DedupeStore),
    async begin(request) {
      dieAt("before the claim");
      const begun = await store.begin?.(request);
      if (begun?.state !== "claimed") return begun as never;
      const { transaction } = begun;
      const complete: typeof transaction.complete = async (...given) => {
        dieAt("before the completion");
        const answer = await transaction.complete(...given);
        dieAt("after the completion");
        return answer;
      };
      return {
        ...begun,
        transaction: {
          get tx() {
            return transaction.tx;
          },
          complete,
          release: (...given) => transaction.release(...given),
          abandon: () => transaction.abandon(),
        },
      };
    },
  };
}

function note(attempt: number): void {
  appendFileSync(join(folder, "runs"), `${attempt}\n`);
}

function build() {
  const quiet = { scope: "test", onOutcome: () => undefined, onError: () => undefined } as const;
  if (mode === "inbox") {
    const inbox = killingInbox(sqliteInbox(join(folder, "events.db"), { leaseSeconds: 1, pollSeconds: 0.05 }));
    const receiver = createReceiver(sender, { ...quiet, inbox }).on("thing.made", (_event, { attempt }) => {
      note(attempt);
      dieAt("in the handler");
    });
    return receiver.work();
  }
  if (mode === "direct") {
    const store = killing(sqliteStore(join(folder, "handled.db")));
    return createReceiver(sender, { ...quiet, dedupe: { store, leaseSeconds: 4 } }).on(
      "thing.made",
      (_event, { attempt }) => {
        note(attempt);
        dieAt("in the handler");
      },
    );
  }
  const pool = new pg.Pool({ connectionString: url });
  const store = killingTransactions(postgresStore(pool, { transactional: true }));
  return createReceiver(sender, { ...quiet, dedupe: { store } }).on("thing.made", async (event, { tx, attempt }) => {
    note(attempt);
    await tx.query("INSERT INTO effects (event) VALUES ($1)", [event.id]);
    dieAt("in the handler");
  });
}

const server = createServer(build() as never).listen(0, "127.0.0.1", () => {
  process.send?.((server.address() as AddressInfo).port);
});
