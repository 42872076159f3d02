// What is used of BullMQ, and may its Redis be trusted with events?
import type { EntryText } from "./entry-text.js";
import type { Kept } from "./kept.js";

interface RedisClientLike {
  config?(command: "GET", name: string): Promise<unknown>;
}

/** The part of a BullMQ `Queue` (5 or 6) that is used. */
export interface BullMqQueueLike {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: BullMQ's own options, handed on to its Worker
  readonly opts: any;
  // biome-ignore lint/suspicious/noExplicitAny: jobs as BullMQ types them
  addBulk(jobs: any[]): Promise<unknown[]>;
  // biome-ignore lint/suspicious/noExplicitAny: jobs as BullMQ types them
  getJob(id: string): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: jobs as BullMQ types them
  getJobs(types: any, start: number, end: number, isAscending: boolean): Promise<any[]>;
  // biome-ignore lint/suspicious/noExplicitAny: types as BullMQ spells them
  getJobCounts(...types: any[]): Promise<Record<string, number>>;
  /** BullMQ 5. */
  readonly client?: Promise<RedisClientLike>;
  /** BullMQ 6: its client is there. */
  getBackend?(): unknown;
}

/** A job as BullMQ gives it. */
export interface BullMqJob {
  readonly id: string;
  readonly data: EntryText & { readonly kept?: Kept };
  readonly timestamp: number;
  readonly delay: number;
  readonly attemptsStarted: number;
  readonly failedReason: string | undefined;
  readonly processedOn: number | undefined;
  updateData(data: object): Promise<void>;
  moveToDelayed(timestampMs: number, token: string | undefined): Promise<void>;
  remove(): Promise<void>;
  getState(): Promise<string>;
}

export interface DurabilityOptions {
  readonly allowVolatile: boolean;
  readonly report: (message: string) => void;
}

/** Asks Redis once, on first use; again where it could not be asked. Rejects where Redis would forget. */
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
      // Managed services deny CONFIG: they are believed to be set up for what they are sold for.
      if (/unknown command|noperm|not allowed|permission/i.test(String(error))) return undefined;
      throw error;
    }
  };
  const problems: string[] = [];
  if ((await setting("appendonly")) === "no") problems.push("appendonly is no, so a restart forgets what was accepted");
  const policy = await setting("maxmemory-policy");
  if (policy !== undefined && policy !== "noeviction")
    problems.push(`maxmemory-policy is ${policy}, so a full Redis drops what was accepted`);
  if (problems.length === 0) return;
  const message = `bullmqInbox: this Redis is no place to keep events: ${problems.join("; ")}`;
  if (!options.allowVolatile) throw new Error(`${message}. Set it up, or say allowVolatile: true`);
  options.report(message);
}
