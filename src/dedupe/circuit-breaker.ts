// Has the store failed so often in a row that it is left alone for a while?

export interface Breaker {
  /** Closed; or the one that tries whether the store is back. */
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
