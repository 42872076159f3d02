// Sends a steady stream of events, duplicates and forgeries, and says when all of them have ended.
import { setTimeout as sleep } from "node:timers/promises";
import type { Inbox, InboxState } from "hookgate";
import type { Random } from "../support/random.js";
import { type Engine, open } from "./engine.js";
import { nowMs, type Recorder } from "./history.js";
import type { Asked } from "./plan.js";
import { inLanes, Sender } from "./sender.js";

/** Of deliveries: a sender that sends again what it was told is taken, and somebody who is no sender. */
const DOUBLED = 0.1;
const FORGED = 0.03;

export interface TrafficOptions {
  readonly recorder: Recorder;
  readonly random: Random;
  readonly port: () => number | undefined;
  /** Senders at once. */
  readonly lanes: number;
  /** Each of them rests up to so long between two events. */
  readonly restMs: number;
  /** Whether to send yet another event. */
  readonly goesOn: (taken: number) => boolean;
  readonly asked?: (at: number, lane: number) => Asked;
}

export interface Traffic {
  readonly taken: number;
  readonly ids: ReadonlySet<string>;
  /** Resolves once every event that was sent is taken. */
  readonly ended: Promise<void>;
}

/** Names tell lane and turn, so that the order in which one lane sent is known. */
export function turnOf(id: string): { readonly key: string; readonly turn: number } | undefined {
  const [, lane, turn] = /^evt-(\d+)-(\d+)$/.exec(id) ?? [];
  return lane === undefined ? undefined : { key: lane, turn: Number(turn) };
}

export function startTraffic(options: TrafficOptions): Traffic {
  const { random, goesOn } = options;
  const sender = new Sender(options);
  const ids = new Set<string>();
  let taken = 0;
  let sent = 0;
  const ended = inLanes(options.lanes, async (lane) => {
    for (let turn = 1; goesOn(taken); turn++) {
      const id = `evt-${lane}-${turn}`;
      const asked = options.asked?.(sent++, lane) ?? { type: "order.created", key: String(lane) };
      ids.add(id);
      if (random.next() < FORGED) await sender.deliver({ id: `forged-${lane}-${turn}`, asked }, true);
      await sender.deliverUntilTaken({ id, asked });
      taken++;
      if (random.next() < DOUBLED) await sender.deliver({ id, asked });
      await sleep(random.next() * options.restMs);
    }
  }).finally(() => sender.close());
  ended.catch(() => undefined);
  return {
    get taken() {
      return taken;
    },
    ids,
    ended,
  };
}

const POLL_MS = 200;
const STATES: readonly InboxState[] = ["waiting", "running", "done", "dead"];
const PAGE = 1_000;

export interface DrainOptions {
  readonly engine: Engine;
  readonly recorder: Recorder;
  readonly withinMs: number;
  /** Dead events are let run again, once each, as an operator would. */
  readonly redrives?: boolean;
}

/** Waits until the workers have nothing left. @returns Where each event lies then, by id; and how many were redriven. */
export async function drained(options: DrainOptions) {
  const { engine, recorder, withinMs, redrives = false } = options;
  const opened = await open(engine);
  const inbox = opened.inbox as unknown as Inbox;
  let redriven = 0;
  try {
    const endMs = nowMs() + withinMs;
    for (;;) {
      const { waiting, running, dead } = await inbox.counts();
      if (waiting + running === 0 && redrives && dead > redriven) {
        const records = await inbox.list({ state: "dead", limit: PAGE });
        for (const { entry } of records) recorder.add({ kind: "redriven", id: entry.id ?? "" });
        redriven += await inbox.redrive(records.map(({ entry }) => entry.key));
        continue;
      }
      if (waiting + running === 0 || nowMs() > endMs) break;
      await sleep(POLL_MS);
    }
    const kept = new Map<string, InboxState>();
    for (const state of STATES) {
      let afterKey: string | undefined;
      for (;;) {
        const page = await inbox.list({ state, limit: PAGE, ...(afterKey === undefined ? {} : { afterKey }) });
        for (const { entry } of page) kept.set(entry.id ?? entry.key, state);
        afterKey = page.at(-1)?.entry.key;
        if (page.length < PAGE) break;
      }
    }
    return { kept, redriven };
  } finally {
    await opened.close();
  }
}
