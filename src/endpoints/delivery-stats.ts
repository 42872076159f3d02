// Counts a receiver's deliveries: the last one, their types, and how many were rejected.
import { type Channel, channel } from "node:diagnostics_channel";
import { OUTCOME_CHANNEL, type OutcomeMessage, type ReceiverFacts } from "../core/diagnostics.js";
import type { Outcome } from "../core/outcome.js";
import type { OutcomeName } from "../core/outcomes.js";

/** An event type that was delivered: how often, and when last. */
export interface HeardType {
  readonly type: string;
  readonly count: number;
  readonly lastAt: Date;
}

/** Length of the history that "rising" is compared with. */
export interface HeardPeriod {
  readonly deliveries: number;
  readonly refused: number;
}

/** Limit of remembered types, since types come from outside. */
const MAX_TYPES = 1_000;
/** Rejected before any handler: a wrong secret, a clock, a proxy that changes bodies, an attacker. */
const REFUSED: ReadonlySet<OutcomeName> = new Set([
  "unauthenticated",
  "forbidden",
  "bad_credentials",
  "unsupported_media_type",
  "bad_payload",
  "unidentified",
]);

/** Observes one receiver of this process through diagnostics channels. */
export class Heard {
  readonly #facts: ReceiverFacts;
  readonly #now: () => number;
  readonly #channel: Channel = channel(OUTCOME_CHANNEL);
  readonly #types = new Map<string, { count: number; lastMs: number }>();
  #lastMs: number | undefined;
  #deliveries = 0;
  #refused = 0;
  #backfilled = 0;
  #period: { deliveries: number; refused: number } = { deliveries: 0, refused: 0 };
  readonly #listener = (message: unknown): void => this.#hear(message as OutcomeMessage);

  constructor(facts: ReceiverFacts, now: () => number) {
    this.#facts = facts;
    this.#now = now;
    this.#channel.subscribe(this.#listener);
  }

  /** The last genuine delivery. `undefined` before the first. */
  get lastAt(): Date | undefined {
    return this.#lastMs === undefined ? undefined : new Date(this.#lastMs);
  }
  get deliveries(): number {
    return this.#deliveries;
  }
  get refused(): number {
    return this.#refused;
  }
  /** Missed events that a backfill fetched. */
  get backfilled(): number {
    return this.#backfilled;
  }
  get types(): readonly HeardType[] {
    return [...this.#types].map(([type, { count, lastMs }]) => ({ type, count, lastAt: new Date(lastMs) }));
  }
  lastMsOf(type: string): number | undefined {
    return this.#types.get(type)?.lastMs;
  }

  /** The counts since the last call. */
  takePeriod(): HeardPeriod {
    const period = this.#period;
    this.#period = { deliveries: 0, refused: 0 };
    return period;
  }

  stop(): void {
    this.#channel.unsubscribe(this.#listener);
  }

  #hear({ outcome, receiver }: OutcomeMessage): void {
    if (receiver !== this.#facts || outcome.isLate) return;
    if (outcome.via === "backfill" && (outcome.name === "processed" || outcome.name === "accepted")) this.#backfilled++;
    if (outcome.via !== "delivery") return;
    this.#deliveries++;
    this.#period.deliveries++;
    if (REFUSED.has(outcome.name)) {
      this.#refused++;
      this.#period.refused++;
      return;
    }
    if (outcome.events.length > 0) this.#hearEvents(outcome);
  }

  #hearEvents({ events }: Outcome): void {
    const nowMs = this.#now();
    this.#lastMs = nowMs;
    for (const { type } of events) {
      const known = this.#types.get(type);
      if (known !== undefined) {
        known.count++;
        known.lastMs = nowMs;
      } else if (this.#types.size < MAX_TYPES) this.#types.set(type, { count: 1, lastMs: nowMs });
    }
  }
}
