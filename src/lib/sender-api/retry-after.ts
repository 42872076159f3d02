// Reads how long an API asks its client to wait.

/** Whole seconds, rounded up; `undefined` where the response does not say. */
export function retryAfterSeconds(headers: Headers, nowMs: number): number | undefined {
  const given = headers.get("retry-after");
  if (given !== null) {
    // RFC 9110 section 10.2.3: seconds, or a date.
    if (/^\d{1,9}(\.\d+)?$/.test(given)) return Math.ceil(Number(given));
    const atMs = Date.parse(given);
    if (!Number.isNaN(atMs)) return Math.max(0, Math.ceil((atMs - nowMs) / 1000));
  }
  // GitHub and others: the time at which the quota is reset. It counts only where no quota is left.
  const reset = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset");
  const left = headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining");
  if (reset === null || left !== "0" || !/^\d{1,10}$/.test(reset)) return undefined;
  const resetSeconds = Number(reset);
  // Small numbers are a duration, large ones a time.
  return resetSeconds < 1e9 ? resetSeconds : Math.max(0, Math.ceil(resetSeconds - nowMs / 1000));
}
