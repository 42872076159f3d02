// Timers as platforms differ in them.

/** Timers of Cloudflare Workers belong to the request that set them: they end with it, and may act for no other. */
export const IS_TIMER_OF_REQUEST: boolean = "WebSocketPair" in globalThis;

/** How late a timer may be before it is taken for one that ended with its request. */
const LOST_AFTER_MS = 5_000;

/** Whether a timer that was due then will never fire. */
export function isLost(dueMs: number): boolean {
  return IS_TIMER_OF_REQUEST && performance.now() > dueMs + LOST_AFTER_MS;
}

/** The timer keeps no process alive. Where timers are numbers none does. */
export function unref(timer: { unref?(): unknown }): void {
  timer.unref?.();
}
