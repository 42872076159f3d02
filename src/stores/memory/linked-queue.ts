// A linked queue whose members can be removed in constant time.
// A Map in insertion order would be slower: finding its first entry passes over every entry deleted before it.

/** A member of at most one queue at a time. */
export abstract class Queued<Member extends Queued<Member>> {
  queue: Queue<Member> | undefined = undefined;
  older: Member | undefined = undefined;
  newer: Member | undefined = undefined;
}

export class Queue<Member extends Queued<Member>> {
  oldest: Member | undefined = undefined;
  #newest: Member | undefined = undefined;
  /** How long a member stays, from its own time. */
  readonly keepMs: number;

  constructor(keepMs: number) {
    this.keepMs = keepMs;
  }

  /** Adds the member at the end, and removes it from its previous queue. */
  push(member: Member): void {
    member.queue?.remove(member);
    member.queue = this;
    member.older = this.#newest;
    if (this.#newest === undefined) this.oldest = member;
    else this.#newest.newer = member;
    this.#newest = member;
  }

  remove(member: Member): void {
    if (member.older === undefined) this.oldest = member.newer;
    else member.older.newer = member.newer;
    if (member.newer === undefined) this.#newest = member.older;
    else member.newer.older = member.older;
    member.queue = undefined;
    member.older = undefined;
    member.newer = undefined;
  }
}
