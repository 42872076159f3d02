// Writes the first log line of each cause at once, and counts later ones for a summary once a minute.

/** Shortest time between two lines of one cause, and between two summaries. */
const SUMMARY_MS = 60_000;
/**
 * Causes remembered in one group, such as one outcome of one check. Further ones share a cause: a stranger chooses paths,
 * headers and bodies, and must neither fill the memory nor the log.
 */
const MAX_IN_GROUP = 24;
/** Groups are made of names in the code; the limit is a second guard. */
const MAX_GROUPS = 256;

/** How often a cause occurred since its last line. */
export interface Repeats {
  readonly count: number;
  readonly seconds: number;
}

/** Writes a line. `repeats` is `undefined` for the first line of a cause. */
export type WriteLine = (repeats: Repeats | undefined) => void;

interface Cause {
  lastLineMs: number;
  count: number;
  /** Writes the latest occurrence. */
  write: WriteLine;
}

export class LogCauses {
  readonly #groups = new Map<string, Map<string, Cause>>();
  /** Causes with occurrences that are not written yet. */
  readonly #pending = new Set<Cause>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Adds an occurrence.
   *
   * @param group - Bounded: names from the code only.
   * @param reason - Tells causes of a group apart; may contain text from outside.
   */
  add(group: string, reason: string, write: WriteLine): void {
    const causes = this.#groupOf(group);
    const key = causes.has(reason) || causes.size < MAX_IN_GROUP ? reason : "";
    const cause = causes.get(key);
    if (cause === undefined) {
      causes.set(key, { lastLineMs: performance.now(), count: 0, write });
      write(undefined);
      return;
    }
    cause.count++;
    cause.write = write;
    this.#pending.add(cause);
    this.#timer ??= startTimer(() => this.flush());
  }

  /** Writes one line for each cause that occurred again. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const cause of this.#pending) {
      const seconds = Math.max(1, Math.round((nowMs - cause.lastLineMs) / 1000));
      const repeats = { count: cause.count, seconds };
      cause.count = 0;
      cause.lastLineMs = nowMs;
      cause.write(repeats);
    }
    this.#pending.clear();
  }

  #groupOf(name: string): Map<string, Cause> {
    const group = this.#groups.has(name) || this.#groups.size < MAX_GROUPS ? name : "";
    let causes = this.#groups.get(group);
    if (causes === undefined) {
      causes = new Map();
      this.#groups.set(group, causes);
    }
    return causes;
  }
}

/** Does not keep the process alive. Some runtimes have numbers for timers. */
function startTimer(run: () => void): ReturnType<typeof setTimeout> {
  const timer = setTimeout(run, SUMMARY_MS);
  if (typeof timer === "object") timer.unref?.();
  return timer;
}

/** A text without its quoted parts, numbers and addresses, so that equal causes have equal keys. */
export function withoutValues(text: string): string {
  return text
    .slice(0, 400)
    .replace(/"[^"]*"|`[^`]*`|'[^']*'/g, "…")
    .replace(/\b[0-9a-f]*[0-9][0-9a-f.:-]*\b/gi, "#");
}
