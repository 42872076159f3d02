// A progress bar for terminals.
import type { Io } from "./io.js";

export interface Progress {
  step(): void;
  /** Removes the bar. */
  end(): void;
}

const WIDTH = 30;
/** Redraws at most this often: a terminal is slower than a receiver. */
const EVERY_MS = 50;

export function progressBar(io: Io, total: number): Progress {
  if (!io.isErrTerminal || total < 2) return { step: () => undefined, end: () => undefined };
  const startedAtMs = performance.now();
  let done = 0;
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return {
    step() {
      done++;
      const now = performance.now();
      if (now - shownAtMs < EVERY_MS && done < total) return;
      shownAtMs = now;
      const filled = Math.round((WIDTH * done) / total);
      const perSecond = Math.round(done / ((now - startedAtMs) / 1000));
      io.err(`\r${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done}/${total}  ${perSecond}/s `);
    },
    end: () => io.err("\r\u001b[K"),
  };
}
