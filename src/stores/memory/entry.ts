// The record that the memory store keeps of one event.
import { Queued } from "./linked-queue.js";

/** Both kinds are small on purpose: their fields are most of what a key costs. */
export abstract class Entry extends Queued<Entry> {
  readonly key: string;
  token: string;
  bodyDigest: string;
  /** Where its time begins: when it was done or released, or when its lease ends. Whole milliseconds, which V8 keeps unboxed. */
  sinceMs: number;

  constructor(key: string, token: string, bodyDigest: string, sinceMs: number) {
    super();
    this.key = key;
    this.token = token;
    this.bodyDigest = bodyDigest;
    this.sinceMs = sinceMs;
  }
}

export class Done extends Entry {
  readonly reply: string | undefined;

  constructor(claim: Claim, sinceMs: number, reply: string | undefined) {
    super(claim.key, claim.token, claim.bodyDigest, sinceMs);
    this.reply = reply;
  }
}

/** Claimed or released, by the queue it is in. Released, `token` is the one that released it. */
export class Claim extends Entry {
  fence = 0;
  attempt = 0;
  progress: string | undefined = undefined;
}

/** Past its time in the queue it is in. */
export function isExpired(entry: Entry, nowMs: number): boolean {
  return entry.queue !== undefined && entry.sinceMs + entry.queue.keepMs <= nowMs;
}
