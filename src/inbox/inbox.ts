// The contract of an inbox. `describeInbox` tests it.

import type { WebhookError } from "../core/errors.js";
import { SharedError } from "../lib/across-builds.js";
import type { DedupeStore } from "../stores/store.js";

/**
 * An event is written before its sender hears success, and handled from there:
 *
 *     waiting → running → done
 *        ↑         │
 *        └─ retry ─┴→ dead → (redrive) → waiting
 *
 * Entries are told apart by `key`: the same event put twice is one entry, for as long as it is kept.
 */
export interface Inbox<Tx = never> {
  /** For messages: `sqliteInbox`, `pgBossInbox`, … */
  readonly name: string;
  /** Another process may work what this one accepted. Then `scope` is required. */
  readonly isShared: boolean;
  /** Whether events of one `orderKey` run one after another, in the order they were put. */
  readonly keepsOrder: boolean;
  /**
   * Claimed around each run where given: an engine may run an entry twice, and a claim makes it once. A transactional
   * store makes the handler's writes happen exactly once.
   */
  readonly store?: DedupeStore<Tx>;
  /**
   * Told once per receiver, when it is built.
   *
   * @throws {TypeError} Where this inbox cannot keep what the receiver needs.
   */
  attach(needs: InboxNeeds): void;
  /**
   * Resolves once every entry is durable, with an answer for each. An entry whose key is kept already is `known`,
   * whatever became of it, and is left as it is. Where it rejects some may have been written: put again, they are `known`.
   *
   * @throws {InboxFullError} Where more is waiting than the inbox may hold. Nothing was written.
   */
  put(entries: readonly InboxEntry[]): Promise<readonly PutAnswer[]>;
  /** Begins to run what waits, of one source. Several workers, in several processes, share the work. */
  work(worker: InboxWorker): InboxWork;
  counts(source?: string): Promise<InboxCounts>;
  /** Oldest first. */
  list(query: InboxQuery): Promise<readonly InboxRecord[]>;
  get(key: string): Promise<InboxRecord | undefined>;
  /** Dead or done entries wait again, with their attempts forgotten. @returns How many were found in such a state. */
  redrive(keys: readonly string[]): Promise<number>;
  /**
   * Forgets done entries and dead ones that are past their time, each by its own, at least a thousand of them where there
   * are. Called by a receiver that works every ten minutes, beside what the engine removes by itself.
   *
   * @returns How many.
   */
  purge(): Promise<number>;
  /** Ends what the inbox itself opened. Workers are stopped first. */
  close(): Promise<void>;
}

/** One event, as it is kept. Everything here survives JSON, but for `body`. */
export interface InboxEntry {
  /** SHA-256 as for dedupe, base64url, 43 characters; a random one of that length where the event has no id. */
  readonly key: string;
  /** Whose event it is: sender and scope. Workers take those of one source. */
  readonly source: string;
  readonly id: string | undefined;
  readonly type: string;
  readonly tenant: string | undefined;
  /** When it happened, as the sender says, milliseconds since the epoch. */
  readonly timestampMs: number | undefined;
  /** When the delivery arrived. */
  readonly receivedAtMs: number;
  /** Which attempt the sender said it was. */
  readonly senderAttempt: number | undefined;
  readonly isVerified: boolean;
  /** Lower-case names; credentials are gone. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes that came, without a secret that was in them. */
  readonly body: Uint8Array;
  /**
   * How the payload is got from the body: `body`, by the sender's formats; or `json`, where the body is not what the
   * sender sent but the event's own part of it, written anew (an item of a batch, a payload that `confirm` fetched).
   */
  readonly payloadFrom: "body" | "json";
  /** Entries with one key run in turn, where the inbox keeps order. */
  readonly orderKey: string | undefined;
}

/** Whether an event was written, or was in the inbox already. */
export type PutAnswer = "stored" | "known";

/** What a receiver needs of an inbox, given to it when the receiver is built. */
export interface InboxNeeds {
  /** The receiver, for messages. */
  readonly receiver: string;
  readonly source: string;
  /** Done and dead entries must be remembered so long, or a late retry of the sender runs twice. */
  readonly minRetentionSeconds: number;
  /** An entry may run so long. After that, and a grace, another worker may take it. */
  readonly handlerTimeoutSeconds: number;
  readonly needsOrder: boolean;
  /** Where the inbox says, once, what the operator should know. */
  readonly report: (message: string) => void;
}

/** How the entries of one source are run, and who is informed of errors and dead entries. */
export interface InboxWorker {
  readonly source: string;
  /** How many entries may run at once. */
  readonly concurrency: number;
  /** Runs one entry. Never rejects, and always ends: it has its own time limit. */
  readonly run: (entry: InboxEntry, job: InboxJob) => Promise<InboxDecision>;
  /** What failed beside the handlers: the database, the engine. */
  readonly onError: (error: WebhookError) => void;
  /** Told of an entry that died without `run` having said so: it killed its process too often. */
  readonly onDead: (entry: InboxEntry, reason: string) => void;
}

/** One run of an entry. */
export interface InboxJob {
  /** How often the entry was started, this time included. */
  readonly attempt: number;
  /** What the last run left. */
  readonly progress: string | undefined;
  /** Calls back when the entry is no longer this worker's: its lease is lost. At most once, at once where it is lost already. */
  onLost(listener: (reason: string) => void): void;
}

/** What becomes of an entry after a run. */
export type InboxDecision =
  /** Handled, ignored or discarded. */
  | { readonly state: "done" }
  /** Again, not before `afterSeconds`, which is spread already. `isCounted: false`: the run says nothing about the entry (the worker is stopping). */
  | {
      readonly state: "retry";
      readonly afterSeconds: number;
      readonly reason: string;
      readonly progress: string | undefined;
      readonly isCounted: boolean;
    }
  | { readonly state: "dead"; readonly reason: string };

/** Running work on an inbox, to be stopped. */
export interface InboxWork {
  /**
   * Takes no more entries, and resolves once those running have ended. Entries that did not even begin wait again at once.
   * The caller ends runs that take too long.
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
  /** Age of the oldest entry that could run by now, seconds; 0 where none waits. */
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
  /** Why it last failed, or died. At most 4 KB. */
  readonly reason: string | undefined;
  /** When it may run next, milliseconds since the epoch; `undefined` where it will not. */
  readonly runAtMs: number | undefined;
}

/** More is waiting than the inbox may hold. Passes by itself once workers catch up: 503. */
export class InboxFullError extends SharedError {
  static override readonly brand = "hookgate.InboxFullError";
  override readonly name = "InboxFullError";
}

/** An entry that was started so often without any of the runs ending has killed its process each time. */
export const POISON_STARTS = 3;

/** Reasons are cut to this. */
export const MAX_REASON_CHARACTERS = 4_096;
