// The trace of a delivery: each check with its result and a hint for the operator.

/** How a check ended. `undecided`: a key, secret or address list was unavailable; `noted`: reported, without effect. */
export type CheckResult = "passed" | "refused" | "undecided" | "noted";

/** What one check decided about a delivery. */
export interface TraceLine {
  /** The check's name: `load`, `source-address`, `authenticate`, `freshness`, … */
  readonly check: string;
  readonly result: CheckResult;
  /** The operator's: what was found, or what to do. Never a secret, a body or an expected signature. */
  readonly hint?: string;
  /** Milliseconds since the delivery arrived; only while someone listens. */
  readonly atMs?: number;
}

/** Lines in the order the checks ran. A line is a shared constant unless it has something to say. */
export class Trace {
  readonly lines: TraceLine[] = [];
  readonly #startMs: number | undefined;

  /** @param isTimed - Whether someone listens; reading the clock for nobody costs more than a check. */
  constructor(isTimed: boolean) {
    this.#startMs = isTimed ? performance.now() : undefined;
  }

  add(line: TraceLine): void {
    this.lines.push(this.#startMs === undefined ? line : { ...line, atMs: performance.now() - this.#startMs });
  }
}

/** The line of a check that passed and has nothing to add. */
export function passed(check: string): TraceLine {
  return Object.freeze({ check, result: "passed" });
}
