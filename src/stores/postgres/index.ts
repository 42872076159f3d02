// The public names of hookgate/stores/postgres.

export type { PostgresPoolEvents } from "./driver.js";
export type { PostgresOrm } from "./orm-driver.js";
export type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from "./pg-driver.js";
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from "./postgres-store.js";
