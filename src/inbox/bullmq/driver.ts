// The parts of BullMQ that are used, and a check of its Redis.

import type { AttemptCounter } from "../attempt-counter.js";
import type { EntryText } from "../entry-codec.js";
import type { Retention } from "../retention.js";

interface RedisClientLike {
  config?(command: "GET", name: string): Promise<unknown>;
}

/** States as BullMQ spells them. */
export type BullMqState = "waiting" | "delayed" | "prioritized" | "active" | "completed" | "failed";

/** BullMQ 5 stores the jobs of a paused queue under this name. BullMQ 6 does not have it and finds no jobs there. */
export const PAUSED = "paused" as "waiting";

/** The part of a BullMQ `Queue` (5 or 6) that is used. Its jobs have the type that the application gave it. */
export interface BullMqQueueLike {
  readonly name: string;
  readonly opts: { readonly connection?: unknown; readonly prefix?: string };
  addBulk(jobs: { name: string; data: object; opts: object }[]): Promise<unknown[]>;
  getJob(id: string): Promise<unknown>;
  getJobs(types: BullMqState[], start: number, end: number, isAscending: boolean): Promise<unknown[]>;
  getJobCounts(...types: BullMqState[]): Promise<Record<string, number>>;
  clean(graceMs: number, limit: number, type: "completed" | "failed"): Promise<string[]>;
  /** The Redis client, in BullMQ 5. */
  readonly client?: Promise<RedisClientLike>;
  /** Has the Redis client, in BullMQ 6. */
  getBackend?(): unknown;
}

/** @throws {TypeError} When the value is not a queue. */
export function checkBullMqQueue(queue: BullMqQueueLike): void {
  for (const method of ["addBulk", "getJob", "getJobs", "getJobCounts", "clean"] as const) {
    if (typeof queue?.[method] !== "function")
      throw new TypeError(`bullmqInbox: queue must be a Queue of bullmq; it has no ${method}()`);
  }
}

/** A job as BullMQ returns it. */
export interface BullMqJob {
  readonly id: string;
  readonly data: EntryText & { readonly counter?: AttemptCounter; readonly reason?: string };
  readonly timestamp: number;
  readonly delay: number;
  readonly attemptsStarted: number;
  readonly failedReason: string | undefined;
  readonly processedOn: number | undefined;
  updateData(data: object): Promise<void>;
  moveToDelayed(timestampMs: number, token: string | undefined): Promise<void>;
  /** Sets the job back to waiting, atomically. */
  retry(from: "completed" | "failed"): Promise<void>;
  getState(): Promise<string>;
}

/** BullMQ refuses ids of digits only, and stores its own records under other first letters. */
const ID_PREFIX = "e-";

/** The id of the job that holds an entry. */
export function jobId(key: string): string {
  return ID_PREFIX + key;
}

/** hookgate decides when an entry is dead; BullMQ never does. */
export const MAX_ATTEMPTS = 1_000_000;

/** BullMQ removes expired jobs of a state whenever another job enters that state. */
export function removal(retention: Retention): object {
  return { removeOnComplete: { age: retention.doneSeconds }, removeOnFail: { age: retention.deadSeconds } };
}

export interface DurabilityOptions {
  readonly allowVolatile: boolean;
  readonly report: (message: string) => void;
}

/** Checks the settings of Redis on first use, and again after a failed check. Rejects when Redis would lose events. */
export function durabilityCheck(queue: BullMqQueueLike, options: DurabilityOptions): () => Promise<void> {
  let checked: Promise<void> | undefined;
  return function checkDurability() {
    checked ??= askDurability(queue, options).catch((error: unknown) => {
      checked = undefined;
      throw error;
    });
    return checked;
  };
}

async function askDurability(queue: BullMqQueueLike, options: DurabilityOptions): Promise<void> {
  const backend = queue.getBackend?.() as { readonly client?: Promise<RedisClientLike> } | undefined;
  const client = await (queue.client ?? backend?.client);
  const setting = async (name: string): Promise<string | undefined> => {
    try {
      const answer = await client?.config?.("GET", name);
      return Array.isArray(answer) ? String(answer[1]) : undefined;
    } catch (error) {
      // Managed services deny CONFIG. Their settings are assumed to be durable.
      if (/unknown command|noperm|not allowed|permission/i.test(String(error))) return undefined;
      throw error;
    }
  };
  const problems: string[] = [];
  if ((await setting("appendonly")) === "no") problems.push("appendonly is no, so a restart loses accepted events");
  const policy = await setting("maxmemory-policy");
  if (policy !== undefined && policy !== "noeviction")
    problems.push(`maxmemory-policy is ${policy}, so a full Redis drops accepted events`);
  if (problems.length === 0) return;
  const message = `bullmqInbox: this Redis can lose events: ${problems.join("; ")}`;
  if (!options.allowVolatile) throw new Error(`${message}. Change these settings, or set allowVolatile: true`);
  options.report(message);
}
