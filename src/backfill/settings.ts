// Options of a backfill, checked and completed.
import { coreOf } from "../create-receiver.js";
import { resilientStore } from "../dedupe/resilient-store.js";
import type { MaybePromise } from "../lib/maybe-promise.js";
import {
  CHECKED_LATER,
  checkOptions,
  FUNCTION,
  type OptionRule,
  type OptionRules,
  SECONDS,
  wholeNumber,
} from "../lib/options.js";
import type { ReceiverCore } from "../receiver/receiver.js";
import type { DedupeStore } from "../stores/store.js";
import type { BackfillProgress, BackfillReport } from "./report.js";
import type { BackfillSource, FetchedEvent } from "./sources/source.js";

/** Options of `backfill`. */
export interface BackfillOptions {
  /** Lists past events: `stripeEvents({ apiKey })`, `githubDeliveries(…)`, `eventsFrom(…)`, … */
  readonly source: BackfillSource;
  /**
   * Holds the lease and the cursor: a dedupe store that all instances share. Default: the receiver's store. A store
   * deletes a cursor that no run has used for seven days.
   */
  readonly store?: DedupeStore<never> | DedupeStore<unknown>;
  /** Start of the first run, before there is a cursor. Default: one hour ago. */
  readonly since?: Date;
  /** How far a run goes back before the end of the last one. Default 300. */
  readonly overlapSeconds?: number;
  /** Events per page. Default 100. */
  readonly pageSize?: number;
  /** Events handled concurrently. Default 1: in order within a page, as far as the source has an order. */
  readonly concurrency?: number;
  /** Seconds after which another instance continues for a killed one. Default 30. */
  readonly leaseSeconds?: number;
  /** Attempts for one event within a run. Default 3. */
  readonly tries?: number;
  /** Handler starts for one event, including those by deliveries, after which a run skips it. Default 15. */
  readonly maxAttempts?: number;
  /**
   * For an event that still fails: `stop` (default) ends the run, so that the next run starts with its page; `skip` reports it to
   * `onError` and continues.
   */
  readonly onFailure?: "stop" | "skip";
  /** Called before each event: for sources that do not have the ids of deliveries. */
  readonly isHandled?: (event: FetchedEvent) => MaybePromise<boolean>;
  /** Called after each page. */
  readonly onProgress?: (progress: BackfillProgress) => void;
  /** Called after each run. Without it a run that stopped writes one line to the receiver's logger. */
  readonly onReport?: (report: BackfillReport) => void;
  /** The current time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const COUNT: OptionRule = /* @__PURE__ */ wholeNumber(1);
const RULES: OptionRules<BackfillOptions> = {
  source: CHECKED_LATER,
  store: CHECKED_LATER,
  since: { must: "be a valid Date", fits: (value) => value instanceof Date && !Number.isNaN(value.getTime()) },
  overlapSeconds: SECONDS,
  pageSize: COUNT,
  concurrency: COUNT,
  leaseSeconds: {
    must: "be a number of seconds, 1 or more",
    fits: (value) => SECONDS.fits(value) && (value as number) >= 1,
  },
  tries: COUNT,
  maxAttempts: COUNT,
  onFailure: { must: 'be "stop" or "skip"', fits: (value) => value === "stop" || value === "skip" },
  isHandled: FUNCTION,
  onProgress: FUNCTION,
  onReport: FUNCTION,
  now: FUNCTION,
};
const OVERLAP_SECONDS = 300;

/** Options, checked and completed. */
export interface BackfillSettings
  extends Required<Omit<BackfillOptions, "store" | "since" | "isHandled" | "onProgress" | "onReport">> {
  readonly core: ReceiverCore;
  readonly store: DedupeStore<unknown>;
  readonly since: Date | undefined;
  readonly isHandled: BackfillOptions["isHandled"];
  readonly onProgress: BackfillOptions["onProgress"];
  readonly onReport: BackfillOptions["onReport"];
}

/** @throws {TypeError} That names the option. */
export function settingsOf(receiver: unknown, options: BackfillOptions): BackfillSettings {
  checkOptions("backfill", options, RULES);
  const core = coreOf(receiver);
  if (core === undefined) throw new TypeError("backfill: receiver must be what createReceiver returned");
  const { source, onFailure = "stop", now = Date.now } = options;
  if (typeof source?.pages !== "function" || typeof source.name !== "string" || source.name === "") {
    throw new TypeError(
      "backfill: source must be a source, such as stripeEvents({ apiKey }) or eventsFrom(name, list)",
    );
  }
  if (core.settings.dedupe?.strict === true) {
    throw new TypeError(
      "backfill: the receiver's dedupe.strict compares bodies, and a fetched event has different bytes than its delivery, so it would be rejected. Leave strict off",
    );
  }
  const store = options.store ?? core.settings.dedupe?.store ?? core.settings.inbox?.store;
  if (store === undefined) {
    throw new TypeError(
      "backfill: store is required because the receiver has none: give a dedupe store that all instances share",
    );
  }
  if (!store.isShared && options.since === undefined) {
    core.log.warn(
      `backfill keeps its cursor in ${store.name}, which only this process can see: each start goes back one hour, and several instances all run. Give a shared store, or since`,
    );
  }
  return {
    core,
    source,
    store: resilientStore(store as DedupeStore<unknown>),
    since: options.since,
    overlapSeconds: options.overlapSeconds ?? OVERLAP_SECONDS,
    pageSize: options.pageSize ?? 100,
    concurrency: options.concurrency ?? 1,
    leaseSeconds: options.leaseSeconds ?? 30,
    tries: options.tries ?? 3,
    maxAttempts: options.maxAttempts ?? 15,
    onFailure,
    isHandled: options.isHandled,
    onProgress: options.onProgress,
    onReport: options.onReport,
    now,
  };
}

/** @throws {TypeError} That names the option. */
export function positiveSeconds(option: string, value: unknown, least: number): number {
  if (typeof value === "number" && value > least && value < 2_147_483) return value;
  throw new TypeError(
    `backfill: ${option} must be a number of seconds above ${Math.max(0, least)}; got ${String(value)}`,
  );
}
