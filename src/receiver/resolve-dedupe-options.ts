// Checks and completes the options `dedupe` and `order`.

import { isCovered } from "../core/read-field.js";
import type { Inbox } from "../inbox/inbox.js";
import { isInbox, isSpill, type Spill } from "../inbox/spill.js";
import { flag, oneOf, refuseUnknownKeys, seconds, wrong } from "../lib/options.js";
import type { Sender } from "../sender/sender.js";
import { memoryStore } from "../stores/memory/memory-store.js";
import type { DedupeStore } from "../stores/store.js";
import { bindingOf } from "./checks/extract-events.js";
import { DEDUPE_OTHER_NAMES } from "./option-aliases.js";
import type { DedupeOptions, OrderOptions } from "./options.js";
import type { OrderSettings } from "./processing/event-order.js";

export interface DedupeSettings {
  readonly store: DedupeStore<unknown>;
  readonly retentionSeconds: number;
  readonly leaseSeconds: number;
  readonly replay: "report" | "suppress";
  readonly replayWindowSeconds: number;
  readonly strict: boolean;
  readonly onStoreFailure: "refuse" | "process" | Spill;
}

const KNOWN_ORDER: readonly (keyof OrderOptions)[] = ["key", "version", "onSuperseded"];
const KNOWN_DEDUPE: readonly (keyof DedupeOptions)[] = [
  "store",
  "retentionSeconds",
  "leaseSeconds",
  "replay",
  "strict",
  "onStoreFailure",
];

/** Seven days: longer than any sender's own retries but one, and what a resend by hand needs. */
const RETENTION_SECONDS = 7 * 86_400;
/** Of a sender that does not say. */
export const TOLERANCE_SECONDS: number = 300;
const MAX_LEASE_SECONDS = 60;

/** @throws {TypeError} That names the option. */
export function dedupeOf(
  sender: Sender<never>,
  given: false | DedupeOptions<unknown> | undefined,
  times: { toleranceSeconds: number | null; handlerTimeoutSeconds: number },
  warnings: string[],
): DedupeSettings | undefined {
  const { definition, profile } = sender;
  if (given === false) return undefined;
  if (definition.dedupe === false) {
    if (given !== undefined)
      throw new TypeError(`createReceiver: dedupe cannot be chosen for ${sender.name}: its ids do not name events`);
    return undefined;
  }
  const options = given ?? {};
  if (typeof options !== "object" || options === null) throw wrong("dedupe", "false or an object", given);
  refuseUnknownKeys("createReceiver: dedupe", options, KNOWN_DEDUPE, DEDUPE_OTHER_NAMES);
  const { event, auth } = definition;
  if (typeof event !== "function" && event.id === undefined) {
    warnings.push(
      `${sender.name} gives its events no id that stays the same over retries, so there is no dedupe: handlers must bear duplicates`,
    );
  }
  const store = options.store ?? memoryStore();
  for (const op of ["claim", "renew", "complete", "release"] as const) {
    if (typeof store[op] !== "function") throw wrong("dedupe.store", "a dedupe store, such as memoryStore()", store);
  }
  const isFixedRow = typeof event !== "function";
  const replay = oneOf("dedupe.replay", options.replay ?? "report", ["report", "suppress"]);
  if (replay === "suppress" && isFixedRow && event.id !== undefined && isCovered(event.id, auth.covers)) {
    warnings.push(`dedupe.replay "suppress" has no effect: ${sender.name} signs its event ids`);
  }
  if (options.strict === true && isFixedRow && bindingOf(event, auth.covers).isIdSwappable) {
    warnings.push(
      `dedupe.strict has no effect: ${sender.name} signs its bodies and not its event ids, so another body under a known id is another event`,
    );
  }
  if (replay === "suppress" && store.begin !== undefined) {
    throw new TypeError(
      'createReceiver: dedupe.replay "suppress" cannot go with a transactional store, whose transaction claims one event and no body; use "report", or a store that is not transactional',
    );
  }
  const toleranceSeconds = auth.signsTime ? (times.toleranceSeconds ?? TOLERANCE_SECONDS) : TOLERANCE_SECONDS;
  const retentionSeconds = seconds(
    "dedupe.retentionSeconds",
    options.retentionSeconds ?? Math.max(RETENTION_SECONDS, profile.retryHorizonSeconds),
    1,
    Number.MAX_SAFE_INTEGER,
  );
  if (retentionSeconds < 2 * toleranceSeconds) {
    throw new TypeError(
      `createReceiver: dedupe.retentionSeconds must be at least twice toleranceSeconds (${2 * toleranceSeconds}), or a replay outlives its record; got ${retentionSeconds}`,
    );
  }
  if (retentionSeconds < profile.retryHorizonSeconds) {
    warnings.push(
      `dedupe.retentionSeconds (${retentionSeconds}) is shorter than ${sender.name} may send an event again (${profile.retryHorizonSeconds}): a late retry will run its handler twice`,
    );
  }
  return {
    store,
    retentionSeconds,
    leaseSeconds: seconds(
      "dedupe.leaseSeconds",
      options.leaseSeconds ?? Math.min(Math.ceil(times.handlerTimeoutSeconds) + 10, MAX_LEASE_SECONDS),
      1,
    ),
    replay,
    replayWindowSeconds: auth.signsTime
      ? Math.max(2 * toleranceSeconds, 1)
      : replay === "suppress"
        ? retentionSeconds
        : TOLERANCE_SECONDS,
    strict: flag("dedupe.strict", options.strict ?? false),
    onStoreFailure: onStoreFailureOf(options, profile.retries),
  };
}

function onStoreFailureOf(options: DedupeOptions<unknown>, retries: boolean): DedupeSettings["onStoreFailure"] {
  const { store, onStoreFailure } = options;
  if (isSpill(onStoreFailure)) return onStoreFailure;
  if (typeof onStoreFailure === "object")
    throw wrong("dedupe.onStoreFailure", '"refuse", "process" or spillTo(inbox)', onStoreFailure);
  const isTransactional = store?.begin !== undefined;
  const usual = retries || isTransactional ? "refuse" : "process";
  const chosen = oneOf("dedupe.onStoreFailure", onStoreFailure ?? usual, ["refuse", "process"]);
  if (isTransactional && chosen === "process") {
    throw new TypeError(
      'createReceiver: dedupe.onStoreFailure "process" cannot go with a transactional store: without it there is no context.tx to write through. Use "refuse"',
    );
  }
  return chosen;
}

/** @throws {TypeError} That names the option. */
export function inboxOf(
  given: Inbox<unknown> | undefined,
  options: { readonly dedupe?: unknown; readonly answerWithinSeconds?: unknown },
): Inbox<unknown> | undefined {
  if (given === undefined) return undefined;
  if (!isInbox(given)) throw wrong("inbox", "an inbox, such as sqliteInbox(path)", given);
  if (options.dedupe !== undefined) {
    throw new TypeError(
      "createReceiver: dedupe cannot go with inbox: the inbox itself recognises a retried event. A store for its workers is the inbox's own option: sqliteInbox(path, { store })",
    );
  }
  return given;
}

/** @throws {TypeError} That names the option. */
export function orderOf(
  given: OrderOptions<never> | undefined,
  dedupe: DedupeSettings | undefined,
  inbox: Inbox<unknown> | undefined,
): OrderSettings | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) throw wrong("order", "an object with key and version", given);
  refuseUnknownKeys("createReceiver: order", given, KNOWN_ORDER);
  if (typeof given.key !== "function") throw wrong("order.key", "a function of the event", given.key);
  const isByKeyAlone = inbox !== undefined && given.version === undefined;
  if (!isByKeyAlone && typeof given.version !== "function") {
    throw wrong("order.version", "a function of the event", given.version);
  }
  const store = inbox === undefined ? dedupe?.store : inbox.store;
  if (!isByKeyAlone && typeof store?.advance !== "function") {
    const why =
      store !== undefined ? `${store.name} does not` : inbox === undefined ? "there is no dedupe" : "there is none";
    const where =
      inbox === undefined ? "" : `: the option store of ${inbox.name}. By order.key alone an inbox needs none`;
    throw new TypeError(
      `createReceiver: order needs a store that keeps versions, and ${why}; memoryStore, redisStore, postgresStore and sqliteStore do${where}`,
    );
  }
  const onSuperseded = oneOf("order.onSuperseded", given.onSuperseded ?? "skip", ["skip", "flag"]);
  return { key: given.key, version: given.version, onSuperseded } as OrderSettings;
}
