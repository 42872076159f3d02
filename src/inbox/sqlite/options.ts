// Options of the SQLite inbox.

import type { HostClocks } from "../../lib/sqlite/file-clock.js";
import type { DedupeStore } from "../../stores/store.js";

/** Options of `sqliteInbox`. */
export interface SqliteInboxOptions<Tx = never> {
  /** Claimed around each run. The inbox itself runs an entry once unless a worker stalls; a transactional store makes the handler's writes happen exactly once. */
  readonly store?: DedupeStore<Tx>;
  /** How many events of one receiver may wait; beyond it senders hear 503. Default 100,000. Counted once a second. */
  readonly maxWaiting?: number;
  /** How long done events are kept, with their bytes. Default 7 days, or what the receiver needs where that is longer. */
  readonly retentionSeconds?: number;
  /** How long dead ones are. Default 90 days, or what the receiver needs where that is longer. */
  readonly deadRetentionSeconds?: number;
  /** How long a worker's hold on an event lasts unless renewed: so long after a crash it runs again. Default 30. */
  readonly leaseSeconds?: number;
  /** How often an idle worker looks for events that other processes put. Default 0.5. */
  readonly pollSeconds?: number;
  /** How long a write may wait for others and for the lock. Default 800. */
  readonly timeoutMs?: number;
  /** For tests: the clocks of the host, in milliseconds. */
  readonly clocks?: HostClocks;
}
