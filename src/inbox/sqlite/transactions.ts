// Transactions of the SQLite inbox: writes share one fsync, and the clock is in the file.

import { isFull, isOpen, type SqliteDatabase } from "../../lib/sqlite/driver.js";
import { type HostClocks, readClock } from "../../lib/sqlite/file-clock.js";
import { createGroupCommit } from "../../lib/sqlite/group-commit.js";
import { InboxFullError } from "../inbox.js";
import { anchorOf } from "./migrations.js";
import { type InboxStatements, prepareStatements } from "./statements.js";

/** One transaction. */
export interface FileTransaction {
  readonly nowMs: number;
}

export interface Transactions {
  /** Prepared on first use: an inbox may be built before `migrate`. */
  statements(): InboxStatements;
  /** In the next transaction; resolves once it is durable. */
  submit<T>(op: (turn: FileTransaction) => T): Promise<T>;
  nowMs(): number;
  close(): Promise<void>;
}

export function openTurns(database: SqliteDatabase, clocks: HostClocks, timeoutMs: number): Transactions {
  let prepared: InboxStatements | undefined;

  function statements(): InboxStatements {
    if (!isOpen(database)) throw new Error("sqliteInbox: the database is closed");
    prepared ??= prepareStatements(database);
    return prepared;
  }

  const group = createGroupCommit<FileTransaction>(database, {
    name: "sqliteInbox",
    timeoutMs,
    begin() {
      const { anchor, keepAnchor } = statements();
      const before = anchorOf(anchor.get());
      const clock = readClock(before, clocks);
      if (clock.anchor !== before) {
        keepAnchor.run(clock.anchor.timeMs, clock.anchor.monotonicMs, clock.anchor.wallMs);
      }
      return { nowMs: clock.nowMs };
    },
  });

  return {
    statements,
    async submit(op) {
      try {
        return await group.submit(op);
      } catch (error) {
        if (isFull(error)) throw new InboxFullError("sqliteInbox: the disk is full", { cause: error });
        throw error;
      }
    },
    nowMs: () => readClock(anchorOf(statements().anchor.get()), clocks).nowMs,
    async close() {
      await group.close();
      prepared = undefined;
    },
  };
}
