// Stops calls of a store for a while after several failures in a row.

export interface Breaker {
  /** True while closed. While open: true for one probe at a time, once the pause is over. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
}

export function createBreaker(mostFailures: number, openMs: number, nowMs: () => number): Breaker {
  let failuresInRow = 0;
  let openUntilMs: number | undefined;
  let isProbing = false;
  return {
    admits() {
      if (openUntilMs === undefined) return true;
      if (isProbing || nowMs() < openUntilMs) return false;
      isProbing = true;
      return true;
    },
    succeeded() {
      failuresInRow = 0;
      openUntilMs = undefined;
      isProbing = false;
    },
    failed() {
      failuresInRow++;
      isProbing = false;
      if (failuresInRow >= mostFailures) openUntilMs = nowMs() + openMs;
    },
  };
}
