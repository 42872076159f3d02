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
    throw new TypeError("backfill: source must be one, such as stripeEvents({ apiKey }) or eventsFrom(name, list)");
  }
  if (core.settings.dedupe?.strict === true) {
    throw new TypeError(
      "backfill: the receiver's dedupe.strict compares bodies, and a fetched event has other bytes than its delivery; it would be refused. Leave strict off",
    );
  }
  const store = options.store ?? core.settings.dedupe?.store ?? core.settings.inbox?.store;
  if (store === undefined) {
    throw new TypeError(
      "backfill: store is required, for the receiver has none: give a dedupe store that all instances share",
    );
  }
  if (!store.isShared && options.since === undefined) {
    core.log.warn(
      `backfill keeps its cursor in ${store.name}, which only this process sees: each start looks back an hour, and several instances all look. Give a shared store, or since`,
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
