// The harness of the inbox contract: an inbox, new entries, and workers that record what they run.
import { strict as assert } from "node:assert";
import { randomBytes, randomUUID } from "node:crypto";
import type { WebhookError } from "../../core/errors.js";
import type { Inbox, InboxDecision, InboxEntry, InboxJob, InboxNeeds, InboxWork } from "../../inbox/inbox.js";
import type { RetentionOptions } from "../../inbox/retention.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";

/** What an inbox's author gives for each case. It may hold entries of earlier cases: each case has a source of its own. */
export interface InboxHarness {
  readonly inbox: Inbox<unknown>;
  /** More connections to the same entries, as other processes would have. */
  readonly peers?: readonly Inbox<unknown>[];
  /** A worker process of this inbox is killed: what it was running is left as it was. Cases of a crash are skipped without it. */
  readonly crash?: (inbox: Inbox<unknown>) => MaybePromise<void>;
  /** How long after a crash the entry runs again, seconds. Needed with `crash`. */
  readonly recoverySeconds?: number;
  /** How long a case waits for what must happen. Default 15: engines poll, some every two seconds. */
  readonly patienceSeconds?: number;
  /** How many entries may wait before `InboxFullError`; cases of the mark are skipped without it. */
  readonly maxWaiting?: number;
  /** One receiver a queue (BullMQ): the source is given, and cases with two are skipped. */
  readonly source?: string;
  /** An inbox on the same engine that keeps what has ended for so long, closed with the others. Cases of retention are skipped without it. */
  readonly withRetention?: (retention: Required<RetentionOptions>) => Inbox<unknown>;
  /** After the case, passed or not. */
  readonly close?: () => MaybePromise<void>;
}

export interface InboxCase {
  readonly group: string;
  /** A rule. */
  readonly name: string;
  readonly needs?: "order" | "crash" | "mark" | "retention" | "sources";
  readonly run: (bench: InboxBench) => Promise<void>;
}

/** One start of an entry, as a worker saw it. */
export interface Seen {
  readonly entry: InboxEntry;
  readonly attempt: number;
  readonly progress: string | undefined;
  readonly startedMs: number;
}

const PATIENCE_SECONDS = 15;
const HANDLER_TIMEOUT_SECONDS = 2;

export const retry: (afterSeconds: number, more?: { progress?: string; isCounted?: boolean }) => InboxDecision = (
  afterSeconds,
  more = {},
) => ({
  state: "retry",
  afterSeconds,
  reason: "it failed",
  progress: more.progress,
  isCounted: more.isCounted ?? true,
});
export const DONE: InboxDecision = { state: "done" };

export class InboxBench {
  readonly inbox: Inbox<unknown>;
  readonly peers: readonly Inbox<unknown>[];
  readonly harness: InboxHarness;
  readonly source: string;
  readonly errors: WebhookError[] = [];
  readonly dead: { readonly entry: InboxEntry; readonly reason: string }[] = [];
  readonly patienceMs: number;
  readonly #works: { readonly inbox: Inbox<unknown>; readonly work: InboxWork }[] = [];
  readonly #crashed = new Set<Inbox<unknown>>();

  constructor(harness: InboxHarness) {
    this.harness = harness;
    this.inbox = harness.inbox;
    this.peers = harness.peers ?? [];
    this.patienceMs = (harness.patienceSeconds ?? PATIENCE_SECONDS) * 1_000;
    this.source = harness.source ?? `source-${randomUUID()}`;
    this.attach(this.source);
  }

  attach(source: string, more: Partial<InboxNeeds> = {}): void {
    for (const inbox of [this.inbox, ...this.peers]) inbox.attach({ ...this.needs(source), ...more });
  }

  needs(source: string): InboxNeeds {
    return {
      receiver: "describeInbox",
      source,
      minRetentionSeconds: 3_600,
      handlerTimeoutSeconds: HANDLER_TIMEOUT_SECONDS,
      needsOrder: this.inbox.keepsOrder,
      report: () => undefined,
    };
  }

  entry(more: Partial<InboxEntry> = {}): InboxEntry {
    return {
      key: randomBytes(32).toString("base64url"),
      source: this.source,
      id: randomUUID(),
      type: "order.created",
      tenant: undefined,
      timestampMs: undefined,
      receivedAtMs: 1_700_000_000_000,
      senderAttempt: undefined,
      isVerified: true,
      headers: { "content-type": "application/json" },
      body: Buffer.from('{"total":1}'),
      payloadFrom: "body",
      orderKey: undefined,
      ...more,
    };
  }

  async put(...entries: readonly InboxEntry[]): Promise<void> {
    const answers = await this.inbox.put(entries);
    assert.deepEqual(
      answers,
      entries.map(() => "stored"),
    );
  }

  /** A worker, and what it has seen. */
  work(
    run: (seen: Seen, job: InboxJob) => MaybePromise<InboxDecision> = () => DONE,
    more: { inbox?: Inbox<unknown>; concurrency?: number; source?: string } = {},
  ): { readonly seen: Seen[]; readonly stop: () => Promise<void> } {
    const seen: Seen[] = [];
    const inbox = more.inbox ?? this.inbox;
    const work = inbox.work({
      source: more.source ?? this.source,
      concurrency: more.concurrency ?? 4,
      run: async (entry, job) => {
        const one: Seen = { entry, attempt: job.attempt, progress: job.progress, startedMs: performance.now() };
        seen.push(one);
        return run(one, job);
      },
      onError: (error) => this.errors.push(error),
      onDead: (entry, reason) => this.dead.push({ entry, reason }),
    });
    this.#works.push({ inbox, work });
    return { seen, stop: () => work.stop() };
  }

  /** Waits until it holds, or fails saying what did not. */
  async until(what: string, holds: () => MaybePromise<boolean>, patienceMs: number = this.patienceMs): Promise<void> {
    const endMs = performance.now() + patienceMs;
    while (!(await holds())) {
      if (performance.now() > endMs) throw new assert.AssertionError({ message: `within ${patienceMs} ms: ${what}` });
      await pause(20);
    }
  }

  async state(key: string): Promise<string | undefined> {
    return (await this.inbox.get(key))?.state;
  }

  async untilState(key: string, state: string): Promise<void> {
    await this.until(`entry is ${state}`, async () => (await this.state(key)) === state);
  }

  async crash(inbox: Inbox<unknown>): Promise<void> {
    this.#crashed.add(inbox);
    await this.harness.crash?.(inbox);
  }

  async end(): Promise<void> {
    // Nobody waits for the runs of a process that is gone.
    const alive = this.#works.filter(({ inbox }) => !this.#crashed.has(inbox));
    await Promise.allSettled(alive.map(({ work }) => work.stop()));
    await this.harness.close?.();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A promise that the case settles itself. */
export function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
