// Fetches missed events page by page, in one instance at a time, with a cursor in the dedupe store.

import { setTimeout as sleep } from "node:timers/promises";
import type { Receiver } from "../create-receiver.js";
import { dedupeKeyMaker } from "../dedupe/key.js";
import { StoreUnavailableError } from "../dedupe/resilient-store.js";
import { sharedWeakMap } from "../lib/across-builds.js";
import { SenderApiError } from "../lib/sender-api/error.js";
import type { ReceiverCore } from "../receiver/receiver.js";
import { CursorLease } from "./lease.js";
import { type BackfillReport, type MutableCounts, noCounts } from "./report.js";
import { type BackfillOptions, type BackfillSettings, positiveSeconds, settingsOf } from "./settings.js";
import type { BackfillSource } from "./sources/source.js";
import { Blocked, takePage } from "./take-page.js";

/** How often `start` runs a backfill. */
export interface BackfillSchedule {
  /** Seconds from the end of one run to the start of the next. Default 300. */
  readonly everySeconds?: number;
}

/** Fetches missed events, once or on a schedule. */
export interface Backfill {
  /**
   * Fetches everything up to now. Never rejects: a failure is in the report, and the cursor is kept.
   *
   * @param options.since - Start from this time instead of the cursor.
   */
  run(options?: { readonly since?: Date }): Promise<BackfillReport>;
  /** Runs now and then repeatedly; after a failure sooner, or when the sender's API allows. Does not keep a process alive. */
  start(schedule?: BackfillSchedule): Backfill;
  /** Stops the schedule, and the run after the events in progress. Releases the lease. */
  stop(): Promise<void>;
}

const FIRST_RUN_SECONDS = 3_600;
const EVERY_SECONDS = 300;
/** Delay after a failure without Retry-After: doubles from here up to the schedule's interval. */
const FAILURE_PAUSE_SECONDS = 5;
/** A store holds 16 KB of progress. */
const MAX_CURSOR_LENGTH = 8_192;

/**
 * Polling as a backup for webhooks. Each event passes the receiver's dedupe, schema and handler like a delivery,
 * with `outcome.via` `"backfill"`: events that arrived by webhook are not handled again, and missed events are handled once.
 *
 * Promise: one instance at a time; the cursor moves only after every event of a page has ended; nothing is lost when the
 * API or a handler fails, or a process is killed. Not promised: order across pages, since most APIs list the newest first;
 * and dedupe against deliveries if the API does not list their ids (`source.hasDeliveryIds`).
 *
 * @param receiver - From `createReceiver`, with its handlers registered before the first run.
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
      positiveSeconds("everySeconds", everySeconds, 0);
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
  behind().set(own, settings);
  return own;
}

/** Used by the command line, which runs the backfill of an application. */
const behind = /* @__PURE__ */ sharedWeakMap<object, BackfillSettings>("backfills");

/** The settings behind a backfill. `undefined` for anything that `backfill` did not return. */
export function settingsBehind(value: unknown): BackfillSettings | undefined {
  return typeof value === "object" && value !== null ? behind().get(value) : undefined;
}

function pauseSeconds(report: BackfillReport, failures: number, everySeconds: number): number {
  if (report.state === "waiting") return Math.min(report.retryAfterSeconds ?? everySeconds, everySeconds);
  if (report.state !== "stopped") return everySeconds;
  return report.retryAfterSeconds ?? Math.min(everySeconds, FAILURE_PAUSE_SECONDS * 2 ** (failures - 1));
}

/** One run, up to now. Never rejects. */
export async function runOnce(
  settings: BackfillSettings,
  since: Date | undefined,
  stop: AbortSignal,
): Promise<BackfillReport> {
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
      lost.abort(new Error("the lease was lost: another instance continues")),
    );
    if (!(taken instanceof CursorLease)) {
      return report("waiting", {
        reason: "another instance is running the backfill",
        retryAfterSeconds: taken.retryAfterSeconds,
      });
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

  /** An exception of the user's function must not end the schedule. */
  function quietly(call: () => void): void {
    try {
      call();
    } catch (thrown) {
      core.log.warn(`backfill: onReport threw: ${String(thrown)}`);
    }
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
  if (onReport !== undefined) quietly(() => onReport(ended));
  else if (ended.state === "stopped") core.log.warn(`backfill of ${source.name} stopped: ${ended.reason}`);
  return ended;
}

async function fetchAll(
  settings: BackfillSettings,
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
      throw new TypeError(
        `${source.name}: a page's cursor must be a string of at most ${MAX_CURSOR_LENGTH} characters`,
      );
    }
    counts.pages++;
    counts.listed += page.events.length;
    await takePage(settings, page.events, counts, signal);
    await save(page.cursor);
    onProgress?.({ ...counts, source: source.name, at: page.events.at(-1)?.timestamp });
  }
}

function keysOf(core: ReceiverCore, source: BackfillSource): { lease: string; cursor: string } {
  // Cannot collide with keys of events: a sender's name has no slash.
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
