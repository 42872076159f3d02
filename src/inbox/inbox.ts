// The contract of an inbox. `describeInbox` tests it.

import type { WebhookError } from "../core/errors.js";
import { SharedError } from "../lib/across-builds.js";
import type { DedupeStore } from "../stores/store.js";

/**
 * An event is stored before its sender gets a success reply, and handled from the inbox:
 *
 *     waiting → running → done
 *        ↑         │
 *        └─ retry ─┴→ dead → (redrive) → waiting
 *
 * An entry is identified by its `key`: an event that is put twice is one entry, as long as the entry is kept.
 */
export interface Inbox<Tx = never> {
  /** The name in messages: `sqliteInbox`, `pgBossInbox`, … */
  readonly name: string;
  /** Whether another process may run the entries of this one. Then the receiver's `scope` is required. */
  readonly isShared: boolean;
  /** Whether events of one `orderKey` run one after another, in the order in which they were put. */
  readonly keepsOrder: boolean;
  /**
   * The store in which each run is claimed: an engine may run an entry twice, and the claim prevents that. A transactional
   * store makes the handler's writes happen exactly once.
   */
  readonly store?: DedupeStore<Tx>;
  /**
   * Called once per receiver, when it is built.
   *
   * @throws {TypeError} When this inbox cannot meet the needs of the receiver.
   */
  attach(needs: InboxNeeds): void;
  /**
   * Resolves once every entry is durable, with an answer for each. An entry whose key is in the inbox already, in whatever
   * state, is `known` and is not changed. When it rejects, some entries may have been stored; put again, they are `known`.
   *
   * @throws {InboxFullError} When more entries are waiting than the inbox may hold. Nothing was stored.
   */
  put(entries: readonly InboxEntry[]): Promise<readonly PutAnswer[]>;
  /** Starts to run the waiting entries of one source. Several workers, in several processes, share the work. */
  work(worker: InboxWorker): InboxWork;
  counts(source?: string): Promise<InboxCounts>;
  /** Oldest first. */
  list(query: InboxQuery): Promise<readonly InboxRecord[]>;
  get(key: string): Promise<InboxRecord | undefined>;
  /** Sets dead and done entries back to waiting, without their attempts. @returns The number of entries found in such a state. */
  redrive(keys: readonly string[]): Promise<number>;
  /**
   * Removes done and dead entries whose retention has passed, at least a thousand where there are as many. A working receiver
   * calls it every ten minutes, in addition to the engine's own maintenance.
   *
   * @returns The number of removed entries.
   */
  purge(): Promise<number>;
  /** Closes the resources that the inbox opened. Workers are stopped first. */
  close(): Promise<void>;
}

/** One stored event. JSON can represent everything in it but `body`. */
export interface InboxEntry {
  /** SHA-256 as for dedupe, base64url, 43 characters; a random one of that length where the event has no id. */
  readonly key: string;
  /** The sender and scope of the event. A worker takes the entries of one source. */
  readonly source: string;
  readonly id: string | undefined;
  readonly type: string;
  readonly tenant: string | undefined;
  /** When the event happened, as the sender says, milliseconds since the epoch. */
  readonly timestampMs: number | undefined;
  /** When the delivery arrived. */
  readonly receivedAtMs: number;
  /** The number of the sender's attempt, where the sender gives it. */
  readonly senderAttempt: number | undefined;
  readonly isVerified: boolean;
  /** Lower-case names; credentials are removed. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of the delivery, without the secrets that it contained. */
  readonly body: Uint8Array;
  /**
   * How the payload is parsed from the body: `body`, by the sender's formats; or `json`, where the body is not the sender's
   * but the event's own part, serialised again (an item of a batch, a payload that `confirm` fetched).
   */
  readonly payloadFrom: "body" | "json";
  /** Entries with the same order key run one after another, where the inbox keeps order. */
  readonly orderKey: string | undefined;
}

/** Whether an event was stored, or was in the inbox already. */
export type PutAnswer = "stored" | "known";

/** The needs of a receiver, given to its inbox when the receiver is built. */
export interface InboxNeeds {
  /** The receiver's name, for messages. */
  readonly receiver: string;
  readonly source: string;
  /** How long done and dead entries must be remembered, so that a late retry of the sender does not run again. */
  readonly minRetentionSeconds: number;
  /** The time limit of one run. After it and a grace period another worker may take the entry. */
  readonly handlerTimeoutSeconds: number;
  readonly needsOrder: boolean;
  /** Called once with each warning for the operator. */
  readonly report: (message: string) => void;
}

/** How the entries of one source are run, and who is informed of errors and dead entries. */
export interface InboxWorker {
  readonly source: string;
  /** The largest number of entries that run at the same time. */
  readonly concurrency: number;
  /** Runs one entry. Never rejects, and always ends, since it has its own time limit. */
  readonly run: (entry: InboxEntry, job: InboxJob) => Promise<InboxDecision>;
  /** Called with failures other than those of handlers: of the database or the engine. */
  readonly onError: (error: WebhookError) => void;
  /** Called for an entry that became dead without a decision of `run`, because it ended its process too often. */
  readonly onDead: (entry: InboxEntry, reason: string) => void;
}

/** One run of an entry. */
export interface InboxJob {
  /** The number of starts of the entry, this one included. */
  readonly attempt: number;
  /** The progress of the last run. */
  readonly progress: string | undefined;
  /** Calls back at most once, when this worker has lost the entry's lease. Immediately where it is lost already. */
  onLost(listener: (reason: string) => void): void;
}

/** The state of an entry after a run. */
export type InboxDecision =
  /** The event was handled, ignored or discarded. */
  | { readonly state: "done" }
  /** The entry runs again after `afterSeconds`, which has its jitter already. `isCounted` is false where the run does not count as an attempt (the worker is stopping). */
  | {
      readonly state: "retry";
      readonly afterSeconds: number;
      readonly reason: string;
      readonly progress: string | undefined;
      readonly isCounted: boolean;
    }
  | { readonly state: "dead"; readonly reason: string };

/** A running worker of an inbox. */
export interface InboxWork {
  /**
   * Takes no more entries and resolves once the running ones have ended. Entries that were taken and not started go back to
   * waiting immediately. The caller ends runs that take too long.
   */
  stop(): Promise<void>;
}

/** The states of an entry: not started, being handled, handled, or given up. */
export type InboxState = "waiting" | "running" | "done" | "dead";

/** How many entries of an inbox are in each state, and how old the oldest waiting one is. */
export interface InboxCounts {
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
  readonly dead: number;
  /** The age of the oldest entry that is due, seconds; 0 where there is none. */
  readonly oldestWaitingSeconds: number;
}

/** Which entries of an inbox to list. */
export interface InboxQuery {
  readonly state: InboxState;
  readonly source?: string;
  /** At most 1,000. Default 100. */
  readonly limit?: number;
  /** Continues after this entry. */
  readonly afterKey?: string;
}

/** An entry of an inbox with its state, as listings show it. */
export interface InboxRecord {
  readonly entry: InboxEntry;
  readonly state: InboxState;
  readonly attempts: number;
  /** Why the last run failed, or why the entry is dead. At most 4 KB. */
  readonly reason: string | undefined;
  /** When it may run next, milliseconds since the epoch; `undefined` where it will not run. */
  readonly runAtMs: number | undefined;
}

/** More entries are waiting than the inbox may hold. The condition passes once workers catch up; the sender gets 503. */
export class InboxFullError extends SharedError {
  static override readonly brand = "hookgate.InboxFullError";
  override readonly name = "InboxFullError";
}

/** An entry with so many starts and no ended run has ended its process each time. */
export const POISON_STARTS = 3;

/** The largest length of a reason; longer ones are cut. */
export const MAX_REASON_CHARACTERS = 4_096;
