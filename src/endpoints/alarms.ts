// Alarms of an endpoint: each is reported once when it begins and once when it ends.

/**
 * - `silent`: nothing came for longer than expected · `refusals`: many more are refused than before
 * - `unreachable`, `certificate`: as a sender would find the URL · `not_proven`: a signed delivery is not taken
 * - `missing`, `disabled`: by the sender's own account · `unknown`: the sender's API could not be asked
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
  /** What it is about, where there are several of a kind: an event type. */
  readonly of: string | undefined;
  /** What was seen, and what to do about it. Holds no secret. */
  readonly message: string;
  readonly since: Date;
}

/** An alarm that has begun or ended. */
export interface AlarmChange {
  readonly alarm: Alarm;
  readonly isOver: boolean;
}

/** What is found wrong by one look. */
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

  /** `undecided`: what this look could not see; such alarms stay as they are. */
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
