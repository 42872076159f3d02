// Alarms of an endpoint: each is reported once when it begins and once when it ends.

/**
 * - `silent`: no delivery for longer than expected · `refusals`: many more rejections than before
 * - `unreachable`, `certificate`: problems of the URL as a sender sees it · `not_proven`: a signed delivery is not accepted
 * - `missing`, `disabled`: according to the sender's API · `unknown`: the sender's API could not be reached
 */
export type AlarmName =
  | "silent"
  | "refusals"
  | "unreachable"
  | "certificate"
  | "not_proven"
  | "missing"
  | "disabled"
  | "unknown";

export const ALARM_NAMES: readonly AlarmName[] = [
  "silent",
  "refusals",
  "unreachable",
  "certificate",
  "not_proven",
  "missing",
  "disabled",
  "unknown",
];

/** Something about an endpoint that needs attention, and since when. */
export interface Alarm {
  readonly name: AlarmName;
  /** Tells alarms of one kind apart: an event type. */
  readonly of: string | undefined;
  /** What was found and how to fix it. Contains no secret. */
  readonly message: string;
  readonly since: Date;
}

/** An alarm that has begun or ended. */
export interface AlarmChange {
  readonly alarm: Alarm;
  readonly isOver: boolean;
}

/** A problem that one check found. */
export interface Finding {
  readonly name: AlarmName;
  readonly of?: string | undefined;
  readonly message: string;
}

export class Alarms {
  readonly #open = new Map<string, Alarm>();

  get open(): readonly Alarm[] {
    return [...this.#open.values()];
  }

  /** `undecided`: what this check could not determine. Such alarms keep their state. */
  update(findings: readonly Finding[], undecided: ReadonlySet<AlarmName>, nowMs: number): readonly AlarmChange[] {
    const changes: AlarmChange[] = [];
    const found = new Set<string>();
    for (const { name, of, message } of findings) {
      const key = `${name} ${of ?? ""}`;
      found.add(key);
      const known = this.#open.get(key);
      const alarm: Alarm = { name, of, message, since: known?.since ?? new Date(nowMs) };
      this.#open.set(key, alarm);
      if (known === undefined) changes.push({ alarm, isOver: false });
    }
    for (const [key, alarm] of this.#open) {
      if (found.has(key) || undecided.has(alarm.name)) continue;
      this.#open.delete(key);
      changes.push({ alarm, isOver: true });
    }
    return changes;
  }
}
