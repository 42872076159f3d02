// Stores events on disk while the dedupe store is unavailable.
import type { Inbox } from "./inbox.js";

/** A value of `dedupe.onStoreFailure`, made by `spillTo`. */
export interface Spill {
  readonly inbox: Inbox<unknown>;
}

/**
 * Stores an event that the dedupe store could not claim, replies with success, and handles the event once the store answers
 * again. For senders that never retry (GitHub). For all others a 503 is simpler and loses nothing.
 *
 * Promise: an event with a success reply is in the inbox. It is claimed in the store before its handler runs, so a duplicate
 *          runs once. Not promised: the order of events.
 *
 * @param inbox - A `sqliteInbox` on this machine. An inbox on the same server as the store would be unavailable with it.
 * @returns A value for `dedupe.onStoreFailure`.
 * @throws {TypeError} When the value is not an inbox.
 * @example createReceiver(github({ secret }), { scope: "ci", dedupe: { store, onStoreFailure: spillTo(sqliteInbox("./spill.db")) } });
 */
export function spillTo(inbox: Inbox<unknown>): Spill {
  if (!isInbox(inbox)) throw new TypeError("spillTo(inbox): inbox must be an inbox, such as sqliteInbox(path)");
  return { inbox };
}

export function isInbox(value: unknown): value is Inbox<unknown> {
  const inbox = value as Partial<Inbox<unknown>> | null | undefined;
  return typeof inbox?.put === "function" && typeof inbox.work === "function" && typeof inbox.attach === "function";
}

export function isSpill(value: unknown): value is Spill {
  return typeof value === "object" && value !== null && isInbox((value as Partial<Spill>).inbox);
}
