// Deletes expired rows after some of the claims, a few pages at a time, without an index.
import type { Query } from "./driver.js";

/** One claim in this many also deletes expired rows. */
const EVERY = 20;
/** Pages of 8 KB, about 50 rows each: a sweep reads hundreds of rows for 20 new ones, so each row is read often. */
const PAGES = 8;
const MOST_ROWS = 100;

/**
 * Sweeps the pages of the table in order and starts over at the end. The first page is random, so that processes do not
 * sweep the same pages. Locked rows are left for the next round. Needs PostgreSQL 14, which can read a range of pages alone
 * (TID range scan).
 */
export class Sweep {
  readonly #query: Query;
  readonly #sql: string;
  #count: number;
  #page: number | undefined;
  #isSweeping = false;

  constructor(query: Query, table: string) {
    this.#query = query;
    this.#count = Math.floor(Math.random() * EVERY);
    this.#sql = `WITH gone AS (DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ctid >= $1::tid AND ctid < $2::tid AND forget_at <= clock_timestamp() LIMIT ${MOST_ROWS} FOR UPDATE SKIP LOCKED)) RETURNING 1) SELECT (SELECT count(*) FROM gone)::integer AS gone, (pg_relation_size('${table}'::regclass) / current_setting('block_size')::integer)::integer AS pages`;
  }

  /** Called after every claim. Nothing waits for it, and it never fails. */
  tick(): void {
    if (++this.#count % EVERY !== 0 || this.#isSweeping) return;
    this.#isSweeping = true;
    this.step()
      .catch(() => undefined)
      .finally(() => {
        this.#isSweeping = false;
      });
  }

  /** @returns The number of deleted rows. */
  async step(): Promise<number> {
    const from = this.#page ?? 0;
    const [row] = await this.#query(this.#sql, [`(${from},0)`, `(${from + PAGES},0)`]);
    const [gone, pages] = [Number(row?.gone), Number(row?.pages)];
    if (this.#page === undefined) this.#page = Math.floor((Math.random() * pages) / PAGES) * PAGES;
    // A full batch may have left expired rows on these pages, so they are swept again.
    else if (gone < MOST_ROWS) this.#page = from + PAGES < pages ? from + PAGES : 0;
    return gone;
  }
}
