// How is what was missed fetched? By one instance at a time, page by page, through the receiver, with a cursor that is kept.
import { setTimeout as sleep } from "node:timers/promises";
import { SenderApiError } from "../api/sender-api-error.js";
import { coreOf, type Receiver } from "../create-receiver.js";
import { guardedStore, StoreUnavailableError } from "../dedupe/guarded.js";
import { dedupeKeyMaker } from "../dedupe/key.js";
import type { DedupeStore } from "../dedupe/store.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import type { MaybePromise } from "../internal/maybe-promise.js";
import type { ReceiverCore } from "../receiver.js";
import { CursorLease } from "./lease.js";
import { type BackfillProgress, type BackfillReport, type MutableCounts, noCounts } from "./report.js";
import type { BackfillSource, FetchedEvent } from "./source.js";
import { Blocked, takePage } from "./take-page.js";

export interface BackfillOptions {
  /** Where past events are listed: `stripeEvents({ apiKey })`, `githubDeliveries(…)`, `eventsFrom(…)`, … */
  readonly source: BackfillSource;
  /**
   * Where lease and cursor are kept: a dedupe store that all instances share. Default: the receiver's own. A store
   * forgets a cursor that no run has touched for seven days.
   */
  readonly store?: DedupeStore<never> | DedupeStore<unknown>;
  /** Where the first run begins, before there is a cursor. Default: an hour before now. */
  readonly since?: Date;
  /** How far a run looks back behind the end of the last. Default 300. */
  readonly overlapSeconds?: number;
  /** Events asked for at once. Default 100. */
  readonly pageSize?: number;
  /** Events handled at once. Default 1: in order within a page, as far as the source tells. */
  readonly concurrency?: number;
  /** After an instance was killed, another one goes on within this. Default 30. */
  readonly leaseSeconds?: number;
  /** How often an event is tried within a run. Default 3. */
  readonly tries?: number;
  /** How often a handler may have been started for an event, deliveries included, until a run gives it up. Default 15. */
  readonly maxAttempts?: number;
  /**
   * An event that still fails: `stop` (default) ends the run, so that the next one begins with its page; `skip` tells
   * `onError` and goes on.
   */
  readonly onFailure?: "stop" | "skip";
  /** Asked before an event is taken: for sources that do not know the id a delivery has. */
  readonly isHandled?: (event: FetchedEvent) => MaybePromise<boolean>;
  /** After each page. */
  readonly onProgress?: (progress: BackfillProgress) => void;
  /** After each run. Without it a run that stopped writes one line to the receiver's logger. */
  readonly onReport?: (report: BackfillReport) => void;
  /** Milliseconds since the epoch: where "now" is. Default `Date.now`. */
  readonly now?: () => number;
}

export interface BackfillSchedule {
  /** From the end of one run to the start of the next. Default 300. */
  readonly everySeconds?: number;
}

export interface Backfill {
  /**
   * Fetches everything up to now. Never rejects: what is in the way is in the report, and the cursor is kept.
   *
   * @param options.since - Instead of the cursor: look again from there.
   */
  run(options?: { readonly since?: Date }): Promise<BackfillReport>;
  /** A run now, and again and again; after a failure sooner, or as the sender's API wants. Does not keep a process alive. */
  start(schedule?: BackfillSchedule): Backfill;
  /** Ends the run after the events in work, and the schedule. The lease is given up. */
  stop(): Promise<void>;
}

const OPTIONS: readonly (keyof BackfillOptions)[] = [
  "source",
  "store",
  "since",
  "overlapSeconds",
  "pageSize",
  "concurrency",
  "leaseSeconds",
  "tries",
  "maxAttempts",
  "onFailure",
  "isHandled",
  "onProgress",
  "onReport",
  "now",
];
const OVERLAP_SECONDS = 300;
const FIRST_RUN_SECONDS = 3_600;
const EVERY_SECONDS = 300;
/** After a failure that says nothing of when: doubling from here, up to the schedule's own span. */
const FAILURE_PAUSE_SECONDS = 5;
/** A store keeps 16 KB of progress. */
const MAX_CURSOR_LENGTH = 8_192;

interface Settings
  extends Required<Omit<BackfillOptions, "store" | "since" | "isHandled" | "onProgress" | "onReport">> {
  readonly core: ReceiverCore;
  readonly store: DedupeStore<unknown>;
  readonly since: Date | undefined;
  readonly isHandled: BackfillOptions["isHandled"];
  readonly onProgress: BackfillOptions["onProgress"];
  readonly onReport: BackfillOptions["onReport"];
}

/**
 * The polling that backs webhooks up. Each event goes through the receiver's dedupe, schema and handler as a delivery does,
 * with `outcome.via` `"backfill"`: what came by webhook is not handled again, and what was missed is handled once.
 *
 * Promise: one instance at a time; a cursor that moves only when every event of a page has ended; nothing lost where an
 * API fails, a handler does, or a process is killed. Not promised: order over pages, for most APIs list the newest first;
 * and dedupe against deliveries where the API does not tell their ids (`source.hasDeliveryIds`).
 *
 * @param receiver - From `createReceiver`, its handlers registered before the first run.
 * @throws {TypeError} For a misspelt or malformed option, or a receiver that compares bodies (`dedupe.strict`).
 * @example
 * const missed = backfill(receiver, { source: stripeEvents({ apiKey: process.env.STRIPE_API_KEY }) });
 * missed.start({ everySeconds: 300 });
 */
export function backfill<Types, Tx, Ctx>(receiver: Receiver<Types, Tx, Ctx>, options: BackfillOptions): Backfill {
  const settings = settingsOf(receiver, options);
  let running: Promise<BackfillReport> | undefined;
  let stopping: AbortController | undefined;
  let schedule: AbortController | undefined;

  function run({ since }: { readonly since?: Date } = {}): Promise<BackfillReport> {
    if (running !== undefined) return running;
    stopping = new AbortController();
    running = runOnce(settings, since, stopping.signal).finally(() => {
      running = undefined;
    });
    return running;
  }

  async function keepRunning(everySeconds: number, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const report = await run();
      failures = report.state === "stopped" ? failures + 1 : 0;
      await sleep(pauseSeconds(report, failures, everySeconds) * 1000, undefined, { signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  const own: Backfill = {
    run,
    start({ everySeconds = EVERY_SECONDS } = {}) {
      above("everySeconds", everySeconds, 0);
      if (schedule !== undefined) return own;
      schedule = new AbortController();
      void keepRunning(everySeconds, schedule.signal);
      return own;
    },
    async stop() {
      schedule?.abort();
      schedule = undefined;
      stopping?.abort(new Error("the backfill was stopped"));
      await running;
    },
  };
  return own;
}

function pauseSeconds(report: BackfillReport, failures: number, everySeconds: number): number {
  if (report.state === "waiting") return Math.min(report.retryAfterSeconds ?? everySeconds, everySeconds);
  if (report.state !== "stopped") return everySeconds;
  return report.retryAfterSeconds ?? Math.min(everySeconds, FAILURE_PAUSE_SECONDS * 2 ** (failures - 1));
}

async function runOnce(settings: Settings, since: Date | undefined, stop: AbortSignal): Promise<BackfillReport> {
  const { core, source, store, onReport } = settings;
  const startedMs = performance.now();
  const counts = noCounts();
  const lost = new AbortController();
  const signal = AbortSignal.any([stop, lost.signal]);
  let cursor: string | undefined;
  let lease: CursorLease | undefined;

  function report(state: BackfillReport["state"], more: Partial<BackfillReport> = {}): BackfillReport {
    const durationMs = performance.now() - startedMs;
    const none = { reason: undefined, error: undefined, retryAfterSeconds: undefined };
    return { ...none, ...counts, source: source.name, state, cursor, durationMs, ...more };
  }

  async function work(): Promise<BackfillReport> {
    const keys = keysOf(core, source);
    const taken = await CursorLease.take(store, keys, settings.leaseSeconds, () =>
      lost.abort(new Error("the lease was lost: another instance goes on")),
    );
    if (!(taken instanceof CursorLease)) {
      return report("waiting", { reason: "another instance is at it", retryAfterSeconds: taken.retryAfterSeconds });
    }
    lease = taken;
    cursor = await taken.read();
    await fetchAll(
      settings,
      { cursor: since === undefined ? cursor : undefined, since, signal },
      counts,
      async (next) => {
        if (!(await taken.save(next))) throw lost.signal.reason;
        cursor = next;
      },
    );
    return report("done");
  }

  let ended: BackfillReport;
  try {
    ended = await work();
  } catch (error) {
    ended = signal.aborted
      ? report("ended", { reason: String((signal.reason as Error)?.message ?? signal.reason) })
      : report("stopped", { ...whyOf(error), error });
  }
  await lease?.giveUp();
  if (onReport !== undefined) onReport(ended);
  else if (ended.state === "stopped") core.operator.warn(`backfill of ${source.name} stopped: ${ended.reason}`);
  return ended;
}

async function fetchAll(
  settings: Settings,
  from: { readonly cursor: string | undefined; readonly since: Date | undefined; readonly signal: AbortSignal },
  counts: MutableCounts,
  save: (cursor: string) => Promise<void>,
): Promise<void> {
  const { source, overlapSeconds, pageSize, onProgress } = settings;
  const nowMs = settings.now();
  const since = from.since ?? settings.since ?? new Date(nowMs - FIRST_RUN_SECONDS * 1000);
  const { cursor, signal } = from;
  for await (const page of source.pages({ cursor, since, now: new Date(nowMs), overlapSeconds, pageSize, signal })) {
    signal.throwIfAborted();
    if (typeof page.cursor !== "string" || page.cursor.length > MAX_CURSOR_LENGTH) {
      throw new TypeError(`${source.name}: a page's cursor must be a text of at most ${MAX_CURSOR_LENGTH} characters`);
    }
    counts.pages++;
    counts.listed += page.events.length;
    await takePage(settings, page.events, counts, signal);
    await save(page.cursor);
    onProgress?.({ ...counts, source: source.name, at: page.events.at(-1)?.timestamp });
  }
}

function keysOf(core: ReceiverCore, source: BackfillSource): { lease: string; cursor: string } {
  // Beside those of events: a sender's name holds no slash.
  const keyOf = dedupeKeyMaker({ scope: core.settings.scope, sender: `${core.sender.name}/backfill` });
  return { lease: keyOf("lease", source.name), cursor: keyOf("cursor", source.name) };
}

function whyOf(error: unknown): Pick<BackfillReport, "reason" | "retryAfterSeconds"> {
  if (error instanceof SenderApiError) return { reason: error.message, retryAfterSeconds: error.retryAfterSeconds };
  if (error instanceof Blocked) return { reason: error.message, retryAfterSeconds: error.outcome.retryAfterSeconds };
  const reason =
    error instanceof StoreUnavailableError ? `the store: ${error.message}` : String((error as Error)?.message ?? error);
  return { reason, retryAfterSeconds: undefined };
}

function settingsOf(receiver: unknown, options: BackfillOptions): Settings {
  refuseUnknownKeys("backfill", options, OPTIONS);
  const core = coreOf(receiver);
  if (core === undefined) throw new TypeError("backfill: receiver must be what createReceiver returned");
  const { source, onFailure = "stop", now = Date.now } = options;
  if (typeof source?.pages !== "function" || typeof source.name !== "string" || source.name === "") {
    throw new TypeError("backfill: source must be one, such as stripeEvents({ apiKey }) or eventsFrom(name, list)");
  }
  if (core.settings.dedupe?.strict === true) {
    throw new TypeError(
      "backfill: the receiver's dedupe.strict compares bodies, and a fetched event has other bytes than its delivery; it would be refused. Leave strict off",
    );
  }
  if (onFailure !== "stop" && onFailure !== "skip") throw new TypeError('backfill: onFailure must be "stop" or "skip"');
  const store = options.store ?? core.settings.dedupe?.store ?? core.settings.inbox?.store;
  if (store === undefined) {
    throw new TypeError(
      "backfill: store is required, for the receiver has none: give a dedupe store that all instances share",
    );
  }
  if (!store.isShared && options.since === undefined) {
    core.operator.warn(
      `backfill keeps its cursor in ${store.name}, which only this process sees: each start looks back an hour, and several instances all look. Give a shared store, or since`,
    );
  }
  for (const name of ["isHandled", "onProgress", "onReport", "now"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function")
      throw new TypeError(`backfill: ${name} must be a function`);
  }
  if (options.since !== undefined && Number.isNaN(options.since.getTime?.()))
    throw new TypeError("backfill: since must be a valid Date");
  return {
    core,
    source,
    store: guardedStore(store as DedupeStore<unknown>),
    since: options.since,
    overlapSeconds: above("overlapSeconds", options.overlapSeconds ?? OVERLAP_SECONDS, -1),
    pageSize: whole("pageSize", options.pageSize ?? 100),
    concurrency: whole("concurrency", options.concurrency ?? 1),
    leaseSeconds: above("leaseSeconds", options.leaseSeconds ?? 30, 0.999),
    tries: whole("tries", options.tries ?? 3),
    maxAttempts: whole("maxAttempts", options.maxAttempts ?? 15),
    onFailure,
    isHandled: options.isHandled,
    onProgress: options.onProgress,
    onReport: options.onReport,
    now,
  };
}

function above(option: string, value: unknown, least: number): number {
  if (typeof value === "number" && value > least && value < 2_147_483) return value;
  throw new TypeError(
    `backfill: ${option} must be a number of seconds above ${Math.max(0, least)}; got ${String(value)}`,
  );
}

function whole(option: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new TypeError(`backfill: ${option} must be a whole number, 1 or more; got ${String(value)}`);
}
