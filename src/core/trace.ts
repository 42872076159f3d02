// The trace of a delivery: each check with its result and a hint for the operator.

/** How a check ended. `undecided`: a key, secret or address list was unavailable; `noted`: reported, without effect. */
export type CheckResult = "passed" | "refused" | "undecided" | "noted";

/** What one check decided about a delivery. */
export interface TraceLine {
  /** The check's name: `load`, `source-address`, `authenticate`, `freshness`, … */
  readonly check: string;
  readonly result: CheckResult;
  /** For the operator: what was found, or what to do. Contains no secret, body or expected signature. */
  readonly hint?: string;
  /** Milliseconds since the delivery arrived. Present only while outcomes are subscribed to. */
  readonly atMs?: number;
}

/** The lines of a delivery, in the order of the checks. A line without details is a shared constant. */
export class Trace {
  readonly lines: TraceLine[] = [];
  readonly #startMs: number | undefined;

  /** @param isTimed - Whether outcomes are subscribed to. Reading the clock costs more than a check. */
  constructor(isTimed: boolean) {
    this.#startMs = isTimed ? performance.now() : undefined;
  }

  add(line: TraceLine): void {
    this.lines.push(this.#startMs === undefined ? line : { ...line, atMs: performance.now() - this.#startMs });
  }
}

/** The line of a check that passed, without a hint. */
export function passed(check: string): TraceLine {
  return Object.freeze({ check, result: "passed" });
}
