// Warns when a Redis client reconnects slowly.
import type { RedisClient } from "./client.js";

/** Service has to resume within 2 s of the server's return. A claim and the open breaker take up to 1.25 s of these. */
const MOST_WAIT_MS = 750;
const ADVICE = {
  ioredis: "retryStrategy: (times) => Math.min(times * 50, 250)",
  nodeRedis: "socket: { reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 250) }",
} as const;

/**
 * Reports at most once: immediately where the client's options say so, otherwise when the client first waits too long.
 * A strategy that is a function is not called for this, since some of them end the process.
 */
export function watchReconnect(client: RedisClient, report: (message: string) => void): void {
  const members = client as unknown as Partial<Record<string, unknown>>;
  const options = Object(members.options) as Partial<Record<string, unknown>>;
  if (typeof members.defineCommand === "function") watchIoredis(members, options, report);
  else watchNodeRedis(options, report);
}

function watchIoredis(
  members: Partial<Record<string, unknown>>,
  options: Partial<Record<string, unknown>>,
  report: (message: string) => void,
): void {
  if ("retryStrategy" in options && typeof options.retryStrategy !== "function") {
    report(never(ADVICE.ioredis));
    return;
  }
  let isTold = false;
  const listen = members.on as ((event: string, listener: (delayMs: unknown) => void) => void) | undefined;
  // A cluster's client has a strategy of its own and one for each node. It emits the same event for its own.
  listen?.call(members, "reconnecting", (delayMs) => {
    if (isTold || typeof delayMs !== "number" || delayMs <= MOST_WAIT_MS) return;
    isTold = true;
    report(tooLong(`${delayMs} ms`, ADVICE.ioredis));
  });
}

function watchNodeRedis(options: Partial<Record<string, unknown>>, report: (message: string) => void): void {
  const socket = Object(options.socket) as Partial<Record<string, unknown>>;
  const { reconnectStrategy } = socket;
  if (reconnectStrategy === false) report(never(ADVICE.nodeRedis));
  else if (typeof reconnectStrategy === "number" && reconnectStrategy > MOST_WAIT_MS)
    report(tooLong(`${reconnectStrategy} ms`, ADVICE.nodeRedis));
}

function never(advice: string): string {
  return `redisStore: this client does not reconnect, so senders get 503 until the process is restarted. Give it ${advice}`;
}

function tooLong(wait: string, advice: string): string {
  return `redisStore: this client waits ${wait} before it reconnects: senders get 503 for that time although Redis is reachable again. Give it ${advice}`;
}
