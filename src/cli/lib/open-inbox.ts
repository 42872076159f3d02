// Opens a SQLite inbox after checking that the file is one, because opening creates tables.
import { existsSync } from "node:fs";
import type { Inbox } from "../../inbox/inbox.js";
import { openSqliteDatabase } from "../../lib/sqlite/driver.js";
import { hasTable } from "../../lib/sqlite/file.js";
import type { OptionSpec } from "./command.js";
import { UsageError } from "./usage-error.js";

export const INBOX_OPTION: OptionSpec = {
  type: "string",
  value: "FILE",
  help: "The database file of sqliteInbox(…), such as events.db.",
};

/** @throws {UsageError} When the file is not an inbox. */
export async function withInbox<T>(path: string, use: (inbox: Inbox<unknown>) => Promise<T>): Promise<T> {
  if (!existsSync(path)) throw new UsageError(`--inbox: there is no file ${path}`);
  if (!isInbox(path)) throw new UsageError(`--inbox: ${path} is not an inbox of hookgate (sqliteInbox creates one)`);
  const { sqliteInbox } = await import("../../inbox/sqlite/index.js");
  const inbox = sqliteInbox(path);
  try {
    return await use(inbox);
  } finally {
    await inbox.close();
  }
}

function isInbox(path: string): boolean {
  const database = openSqliteDatabase("hookgate inbox", path);
  try {
    return hasTable(database, "hookgate_inbox");
  } catch {
    return false; // not a database
  } finally {
    database.close();
  }
}
