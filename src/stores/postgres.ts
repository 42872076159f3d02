// The public names of hookgate/stores/postgres.
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from "../dedupe/postgres.js";
export type { PostgresPoolEvents } from "../dedupe/postgres-database.js";
export type { PostgresOrm } from "../dedupe/postgres-orm.js";
export type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from "../dedupe/postgres-pool.js";
