// Options of the SQLite inbox.

import type { HostClocks } from "../../lib/sqlite/file-clock.js";
import type { DedupeStore } from "../../stores/store.js";

/** Options of `sqliteInbox`. */
export interface SqliteInboxOptions<Tx = never> {
  /** The store in which each run is claimed. Without one, an entry runs once unless a worker stalls. A transactional store makes the handler's writes happen exactly once. */
  readonly store?: DedupeStore<Tx>;
  /** The largest number of waiting events of one receiver; beyond it senders get 503. Default 100,000. Counted once a second. */
  readonly maxWaiting?: number;
  /** How long done events are kept, with their bodies. Default 7 days, or longer if the receiver needs it. */
  readonly retentionSeconds?: number;
  /** How long dead events are kept. Default 90 days, or longer if the receiver needs it. */
  readonly deadRetentionSeconds?: number;
  /** The length of a worker's lease on an event, unless renewed, and so the time after a crash until the event runs again. Default 30. */
  readonly leaseSeconds?: number;
  /** How often an idle worker looks for events of other processes. Default 0.5. */
  readonly pollSeconds?: number;
  /** How long a write may wait for earlier writes and for the lock. Default 800. */
  readonly timeoutMs?: number;
  /** The clocks of the host, in milliseconds, for tests. */
  readonly clocks?: HostClocks;
}
