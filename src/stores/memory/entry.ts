// The two records that the memory store keeps: a claimed or released event, and a done one.
import { Linked, LinkedList } from "../../lib/linked-list.js";

/** Records of one kind, with the time for which each is kept. */
export class Queue<Member extends Linked<Member>> extends LinkedList<Member> {
  /** Counted from the member's own time. */
  readonly keepMs: number;

  constructor(keepMs: number) {
    super();
    this.keepMs = keepMs;
  }
}

/** A claimed or released event; its queue says which. `token` is that of its holder, or of the one that released it. */
export class Claim extends Linked<Claim> {
  declare list: Queue<Claim> | undefined;
  readonly key: string;
  token: string;
  bodyDigest: string;
  /** When it was released, or when its lease ends. Whole milliseconds, which V8 stores unboxed. */
  sinceMs: number;
  fence = 0;
  attempt = 0;
  progress: string | undefined = undefined;

  constructor(key: string, token: string, bodyDigest: string, sinceMs: number) {
    super();
    this.key = key;
    this.token = token;
    this.bodyDigest = bodyDigest;
    this.sinceMs = sinceMs;
  }

  /** Whether its time in its queue is over. */
  isExpired(nowMs: number): boolean {
    return this.list !== undefined && this.sinceMs + this.list.keepMs <= nowMs;
  }
}

/** An event that is done. A store holds many of these and few claims, so its fields are most of what a key costs. */
export class Done {
  readonly key: string;
  readonly bodyDigest: string;
  readonly reply: string | undefined;
  /** Of the token that completed it: 31 bits instead of a string of 22 characters. */
  readonly #tokenHash: number;
  /** Whole milliseconds. */
  readonly expiresMs: number;
  /** The one completed next, in its queue. */
  newer: Done | undefined = undefined;

  constructor({ key, bodyDigest, token }: Claim, expiresMs: number, reply: string | undefined) {
    this.key = key;
    this.bodyDigest = bodyDigest;
    this.reply = reply;
    this.expiresMs = expiresMs;
    this.#tokenHash = hashOf(token);
  }

  /** Whether this token completed it. Another one passes once in 2^31 times, which nothing but a warning depends on. */
  isOf(token: string): boolean {
    return this.#tokenHash === hashOf(token);
  }

  isExpired(nowMs: number): boolean {
    return this.expiresMs <= nowMs;
  }
}

/** FNV-1a in 31 bits, which V8 stores unboxed. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 1;
}

/** Events with one retention, in the order in which they were done, which is the order in which they expire. */
export class DoneQueue {
  readonly keepMs: number;
  oldest: Done | undefined = undefined;
  #newest: Done | undefined = undefined;

  constructor(keepMs: number) {
    this.keepMs = keepMs;
  }

  push(done: Done): void {
    if (this.#newest === undefined) this.oldest = done;
    else this.#newest.newer = done;
    this.#newest = done;
  }

  /** Removes the oldest. */
  shift(): void {
    this.oldest = this.oldest?.newer;
    if (this.oldest === undefined) this.#newest = undefined;
  }
}
