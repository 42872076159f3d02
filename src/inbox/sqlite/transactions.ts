// Transactions of the SQLite inbox: writes share one fsync, and the clock is in the file.

import { isFull, isOpen, type SqliteDatabase } from "../../lib/sqlite/driver.js";
import { type HostClocks, readClock } from "../../lib/sqlite/file-clock.js";
import { GroupCommit } from "../../lib/sqlite/group-commit.js";
import { InboxFullError } from "../inbox.js";
import { anchorOf } from "./migrations.js";
import { type InboxStatements, prepareStatements } from "./statements.js";

/** One transaction. */
export interface FileTransaction {
  /** Its time on the file's clock. */
  readonly nowMs: number;
}

export class Transactions {
  readonly #database: SqliteDatabase;
  readonly #clocks: HostClocks;
  readonly #group: GroupCommit<FileTransaction>;
  #prepared: InboxStatements | undefined;

  constructor(database: SqliteDatabase, clocks: HostClocks, timeoutMs: number) {
    this.#database = database;
    this.#clocks = clocks;
    this.#group = new GroupCommit(database, { name: "sqliteInbox", timeoutMs, begin: () => this.#begin() });
  }

  /** Prepared on first use, since an inbox may be created before `migrate`. */
  get statements(): InboxStatements {
    if (!isOpen(this.#database)) throw new Error("sqliteInbox: the database is closed");
    this.#prepared ??= prepareStatements(this.#database);
    return this.#prepared;
  }

  /** Runs the operation in the next transaction. Resolves once its writes are on the disk. */
  async submit<T>(op: (transaction: FileTransaction) => T): Promise<T> {
    try {
      return await this.#group.submit(op);
    } catch (error) {
      if (isFull(error)) throw new InboxFullError("sqliteInbox: the disk is full", { cause: error });
      throw error;
    }
  }

  /** The time on the file's clock. */
  nowMs(): number {
    return readClock(anchorOf(this.statements.anchor.get()), this.#clocks).nowMs;
  }

  async close(): Promise<void> {
    await this.#group.close();
    this.#prepared = undefined;
  }

  #begin(): FileTransaction {
    const { anchor, keepAnchor } = this.statements;
    const before = anchorOf(anchor.get());
    const clock = readClock(before, this.#clocks);
    if (clock.anchor !== before) {
      keepAnchor.run(clock.anchor.timeMs, clock.anchor.monotonicMs, clock.anchor.wallMs);
    }
    return { nowMs: clock.nowMs };
  }
}
