// The public names of hookgate/stores/sqlite.

export type { SqliteDatabase, SqliteStatement, SqliteValue } from "../../lib/sqlite/driver.js";
export type { HostClocks } from "../../lib/sqlite/file-clock.js";
export { type SqliteStore, type SqliteStoreOptions, sqliteStore } from "./sqlite-store.js";
