// The public names of hookgate/stores/sqlite.
export { type SqliteStore, type SqliteStoreOptions, sqliteStore } from "../dedupe/sqlite.js";
export type { HostClocks } from "../internal/file-clock.js";
export type { SqliteDatabase, SqliteStatement, SqliteValue } from "../internal/sqlite-database.js";
