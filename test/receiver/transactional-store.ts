// A small transactional store: a table, records of events beside it, and one lock for each key. In memory, and real.
import { type BeginAnswer, type ClaimRequest, type DedupeStore, memoryStore, type OpenTransaction } from "hookgate";

/** What a handler writes through. */
export interface Tx {
  write(key: string, value: string): void;
}

interface Committed {
  readonly reply: string | undefined;
  readonly bodyDigest: string;
}

export class TransactionalStore implements DedupeStore<Tx> {
  readonly name = "transactionalStore";
  readonly isShared = false;
  /** What was committed. */
  readonly table: Map<string, string> = new Map();
  readonly #done = new Map<string, Committed>();
  readonly #kept = new Map<string, { attempt: number; progress: string | undefined }>();
  readonly #open = new Set<string>();
  readonly #versions = memoryStore();
  /** How transactions ended, in order. */
  readonly ends: string[] = [];
  /** Asked before a commit: to fail it, or to hold it. */
  beforeCommit: () => unknown = () => undefined;
  /** Asked before a rollback: to fail it. */
  beforeRelease: () => unknown = () => undefined;
  /** Asked before a transaction opens. */
  beforeBegin: () => unknown = () => undefined;
  #fence = 0;

  /** Connections that are in use. */
  get openCount(): number {
    return this.#open.size;
  }

  async begin({ key, bodyDigest }: ClaimRequest): Promise<BeginAnswer<Tx>> {
    await this.beforeBegin();
    const done = this.#done.get(key);
    if (done !== undefined) return { state: "done", reply: done.reply, isSameBody: done.bodyDigest === bodyDigest };
    if (this.#open.has(key)) return { state: "in_flight", retryAfterSeconds: 5 };
    this.#open.add(key);
    const kept = this.#kept.get(key);
    const attempt = (kept?.attempt ?? 0) + 1;
    const fence = ++this.#fence;
    const transaction = this.#transaction(key, bodyDigest, attempt, kept?.progress);
    return { state: "claimed", fence, attempt, progress: kept?.progress, transaction };
  }

  #transaction(key: string, bodyDigest: string, attempt: number, kept: string | undefined): OpenTransaction<Tx> {
    const writes = new Map<string, string>();
    let isOpen = true;
    const end = (how: string): void => {
      if (!isOpen) throw new TypeError("this transaction has ended already");
      isOpen = false;
      this.ends.push(how);
    };
    return {
      tx: {
        write: (name, value) => {
          if (!isOpen) throw new TypeError("this transaction has ended");
          writes.set(name, value);
        },
      },
      complete: async ({ reply }) => {
        end("complete");
        try {
          await this.beforeCommit();
          for (const [name, value] of writes) this.table.set(name, value);
          this.#done.set(key, { reply, bodyDigest });
          return "held";
        } finally {
          this.#open.delete(key);
        }
      },
      release: async (progress) => {
        end("release");
        await this.beforeRelease();
        this.#kept.set(key, { attempt, progress: progress ?? kept });
        this.#open.delete(key);
        return "held";
      },
      abandon: () => {
        end("abandon");
        this.#open.delete(key);
      },
    };
  }

  /** In its own transaction's stead a version is written at once: enough for these tests. */
  advance(entityKey: string, version: number, retentionSeconds: number, tx?: Tx): "newest" | "older" {
    this.ends.push(tx === undefined ? "advance" : "advance in transaction");
    return this.#versions.advance(entityKey, version, retentionSeconds);
  }

  claim(): never {
    throw new Error("a transactional store begins");
  }
  renew(): never {
    throw new Error("a transaction needs no renewal");
  }
  complete(): never {
    throw new Error("a transaction completes itself");
  }
  release(): never {
    throw new Error("a transaction releases itself");
  }
}
