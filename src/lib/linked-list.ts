// A linked list whose members can be removed in constant time.

/** A member. It is in one list at a time. */
export abstract class Linked<Member extends Linked<Member>> {
  list: LinkedList<Member> | undefined = undefined;
  older: Member | undefined = undefined;
  newer: Member | undefined = undefined;
}

/**
 * For what comes and goes with each delivery. A `Set` would do, but V8 keeps the tables that a set has outgrown until a
 * major collection, and with them the members they held: of 16 deliveries of 100 KB at a time, 105 KB each survived with
 * deadlines in a `Set`, and 7 KB with them in this list. And finding the first entry of a `Map` passes over everything
 * deleted before it.
 */
export class LinkedList<Member extends Linked<Member>> implements Iterable<Member> {
  oldest: Member | undefined = undefined;
  #newest: Member | undefined = undefined;

  /** Puts the member last, taking it out of the list it was in. */
  push(member: Member): void {
    member.list?.remove(member);
    member.list = this;
    member.older = this.#newest;
    if (this.#newest === undefined) this.oldest = member;
    else this.#newest.newer = member;
    this.#newest = member;
  }

  /** Removes a member of this list. */
  remove(member: Member): void {
    if (member.older === undefined) this.oldest = member.newer;
    else member.older.newer = member.newer;
    if (member.newer === undefined) this.#newest = member.older;
    else member.newer.older = member.older;
    member.list = undefined;
    member.older = undefined;
    member.newer = undefined;
  }

  /** The members, oldest first. None may be removed while they are iterated over. */
  *[Symbol.iterator](): Generator<Member> {
    for (let member = this.oldest; member !== undefined; member = member.newer) yield member;
  }
}
