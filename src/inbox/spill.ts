// Keeps events on disk while the dedupe store is down.
import type { Inbox } from "./inbox.js";

/** For `dedupe.onStoreFailure`. */
export interface Spill {
  readonly inbox: Inbox<unknown>;
}

/**
 * Keeps an event that the dedupe store could not claim, answers its sender with success, and handles it once the store is
 * back. For senders that never send again (GitHub): for the others 503 is as good, and simpler.
 *
 * Promise: what was answered as success is in the inbox. It is claimed in the store before its handler runs, so that an
 *          event that came twice is handled once. Not promised: its place among others.
 *
 * @param inbox - A `sqliteInbox` on this machine: an inbox that needs what is down would be down as well.
 * @throws {TypeError} When it is no inbox.
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
