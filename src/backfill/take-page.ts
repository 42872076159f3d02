// Handles the events of one page as deliveries, and retries what failed before the page is left.
import { setTimeout as sleep } from "node:timers/promises";
import { WebhookError } from "../core/errors.js";
import type { EventOutcome } from "../core/outcome.js";
import type { MaybePromise } from "../lib/maybe-promise.js";
import type { FetchedEvent } from "../receiver/processing/ingest.js";
import { mustComeAgain } from "../receiver/processing/process-delivery.js";
import type { ReceiverCore } from "../receiver/receiver.js";
import { countIn, type MutableCounts } from "./report.js";

export interface TakeSettings {
  readonly core: ReceiverCore;
  readonly concurrency: number;
  /** Attempts within a run for an event whose handler fails. */
  readonly tries: number;
  /** Handler starts over all runs and deliveries, after which the event is skipped. */
  readonly maxAttempts: number;
  readonly onFailure: "stop" | "skip";
  readonly isHandled: ((event: FetchedEvent) => MaybePromise<boolean>) | undefined;
}

/** An event failed, so the page is not done. */
export class Blocked extends Error {
  readonly outcome: EventOutcome;
  constructor(outcome: EventOutcome, cause: unknown) {
    const what = `${outcome.type}${outcome.id === undefined ? "" : ` ${JSON.stringify(outcome.id)}`}`;
    const hint = outcome.hint ?? (cause instanceof Error ? cause.message : undefined);
    super(`${what} ended as ${outcome.name}${hint === undefined ? "" : `: ${hint}`}`, { cause });
    this.outcome = outcome;
  }
}

const PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;

/** @throws {Blocked} When an event must be retried, after the others of the page have been handled. */
export async function takePage(
  settings: TakeSettings,
  events: readonly FetchedEvent[],
  counts: MutableCounts,
  signal: AbortSignal,
): Promise<void> {
  let at = 0;
  let blocked: unknown;
  async function work(): Promise<void> {
    for (let event = events[at++]; event !== undefined; event = events[at++]) {
      signal.throwIfAborted();
      try {
        await takeOne(settings, event, counts, signal);
      } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        blocked ??= error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(settings.concurrency, events.length) }, work));
  if (blocked !== undefined) throw blocked;
}

async function takeOne(
  settings: TakeSettings,
  event: FetchedEvent,
  counts: MutableCounts,
  signal: AbortSignal,
): Promise<void> {
  const { core, tries } = settings;
  if ((await settings.isHandled?.(event)) === true) {
    counts.duplicates++;
    return;
  }
  for (let attempt = 1; ; attempt++) {
    let outcome: EventOutcome;
    try {
      outcome = await core.ingest(event);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      return skip(settings, counts, `a fetched event cannot be handled: ${cause.message}`, cause);
    }
    if (!mustComeAgain(outcome) && outcome.name !== "invalid_event") return countIn(counts, outcome);
    if ((outcome.attempt ?? 0) >= settings.maxAttempts) {
      return skip(settings, counts, `${outcome.type} failed ${outcome.attempt} times`, outcome.error);
    }
    // A retry helps neither a wrong schema nor a closing receiver.
    const isHopeless = outcome.name === "invalid_event" || outcome.name === "closing";
    if (isHopeless || attempt >= tries) {
      if (settings.onFailure === "stop" || outcome.name === "closing" || outcome.name === "store_unavailable") {
        throw new Blocked(outcome, outcome.error);
      }
      return skip(settings, counts, `${outcome.type} ended as ${outcome.name}`, outcome.error);
    }
    const wantedMs =
      outcome.retryAfterSeconds === undefined ? PAUSE_MS * 2 ** attempt : outcome.retryAfterSeconds * 1000;
    await sleep(Math.min(wantedMs, MAX_PAUSE_MS), undefined, { signal });
  }
}

function skip({ core }: TakeSettings, counts: MutableCounts, message: string, cause: unknown): void {
  counts.skipped++;
  core.log.error(new WebhookError("event_dead", `backfill skipped an event: ${message}`, { cause }));
}
