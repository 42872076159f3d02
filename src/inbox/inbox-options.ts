// What do all inboxes check of their options alike?
import type { InboxNeeds } from "./inbox.js";

/** @throws {TypeError} Where it is no number above 0. */
export function positive(inbox: string, name: string, value: number): number {
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`${inbox}: ${name} must be a number above 0; got ${String(value)}`);
}

/** What was chosen; else the usual, or what the receiver needs where that is longer. */
export function retentionOf(chosen: number | undefined, usual: number, needs: InboxNeeds | undefined): number {
  return Math.ceil(chosen ?? Math.max(usual, needs?.minRetentionSeconds ?? 0));
}

/** A choice is kept, and the operator hears what it costs. */
export function reportShortRetention(inbox: string, chosen: number | undefined, needs: InboxNeeds): void {
  if (chosen === undefined || chosen >= needs.minRetentionSeconds) return;
  needs.report(
    `${inbox}: retentionSeconds (${chosen}) is shorter than ${needs.receiver} may send an event again (${needs.minRetentionSeconds}): a late retry will run its handler twice`,
  );
}
