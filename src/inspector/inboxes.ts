// Counts what waits, runs and is dead in the receivers' inboxes.

import type { Inbox, InboxRecord, InboxState } from "../inbox/inbox.js";
import type { ScrubRules } from "../sender/scrub.js";
import { viewBody, viewHeaders } from "./content-view.js";
import { cut } from "./ending-view.js";
import type { EntryDetail, EntryView, InboxView, StateName } from "./wire.js";

export interface WatchedInbox {
  readonly inbox: Inbox<unknown>;
  readonly source: string;
  readonly kind: "main" | "spill";
  readonly receiver: number;
  readonly secrets: ScrubRules;
}

/** A page of the list. */
const LIMIT = 100;
/** What an inbox lists and redrives at once. */
const MAX_KEYS = 1_000;
/** Each is looked at first: a key of another receiver is not ours to touch. */
const MAX_GIVEN_KEYS = 100;
/** Rounds of that: an inbox that fills as fast as it is emptied must not hold a request for ever. */
const MAX_ROUNDS = 100;

const STATES: readonly InboxState[] = ["waiting", "running", "done", "dead"];

export function isState(name: string | null): name is StateName {
  return STATES.some((state) => state === name);
}

/** One that does not answer is told of as such, beside the others. */
export function viewInboxes(inboxes: readonly WatchedInbox[]): Promise<readonly InboxView[]> {
  return Promise.all(
    inboxes.map(async ({ inbox, source, kind, receiver }, at): Promise<InboxView> => {
      const view = { inbox: at, receiver, name: inbox.name, source, kind };
      try {
        return { ...view, counts: await inbox.counts(source), error: null };
      } catch (cause) {
        return { ...view, counts: null, error: cut(cause instanceof Error ? cause.message : String(cause)) };
      }
    }),
  );
}

export async function listEntries(
  { inbox, source }: WatchedInbox,
  state: StateName,
  afterKey: string | null,
): Promise<readonly EntryView[]> {
  const records = await inbox.list({ state, source, limit: LIMIT, ...(afterKey === null ? {} : { afterKey }) });
  return records.map(viewEntry);
}

/** `undefined` where there is none, or where it is another receiver's. */
export async function readEntry(
  watched: WatchedInbox,
  key: string,
  keepBodyBytes: number,
): Promise<EntryDetail | undefined> {
  const record = await watched.inbox.get(key);
  if (record === undefined || record.entry.source !== watched.source) return undefined;
  const { headers, body } = record.entry;
  const shown = Buffer.from(body.subarray(0, keepBodyBytes));
  return {
    ...viewEntry(record),
    headers: viewHeaders(Object.entries(headers).flat(), watched.secrets),
    body: viewBody(shown, body.length, watched.secrets),
  };
}

/** @returns How many wait again. */
export async function redriveKeys({ inbox, source }: WatchedInbox, keys: readonly string[]): Promise<number> {
  const own: string[] = [];
  for (const key of keys.slice(0, MAX_GIVEN_KEYS)) if ((await inbox.get(key))?.entry.source === source) own.push(key);
  return own.length === 0 ? 0 : inbox.redrive(own);
}

/** All that are dead. @returns How many wait again. */
export async function redriveDead({ inbox, source }: WatchedInbox): Promise<number> {
  let total = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const dead = await inbox.list({ state: "dead", source, limit: MAX_KEYS });
    const count = dead.length === 0 ? 0 : await inbox.redrive(dead.map(({ entry }) => entry.key));
    if (count === 0) break;
    total += count;
  }
  return total;
}

function viewEntry({ entry, state, attempts, reason, runAtMs }: InboxRecord): EntryView {
  return {
    key: entry.key,
    id: entry.id ?? null,
    type: entry.type,
    tenant: entry.tenant ?? null,
    state,
    attempts,
    reason: cut(reason),
    receivedAtMs: entry.receivedAtMs,
    runAtMs: runAtMs ?? null,
  };
}
