// Warns when a Redis client reconnects slowly.
import type { RedisClient } from "./client.js";

/** The store promises service within 2 s of the server's return; a claim and the breaker's rest take up to 1.25 s of them. */
const MOST_WAIT_MS = 750;
const ADVICE = {
  ioredis: "retryStrategy: (times) => Math.min(times * 50, 250)",
  nodeRedis: "socket: { reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 250) }",
} as const;

/**
 * Reports through `report`, at most once: at once where the options say it, else when the client is first seen to wait.
 * A strategy that is a function is not called to find out: some end the process.
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
  // A cluster's client has one strategy for itself and one for each node; its own tells of it by the same event.
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
  return `redisStore: this client does not connect again by itself, so senders hear 503 until the process is started anew. Give it ${advice}`;
}

function tooLong(wait: string, advice: string): string {
  return `redisStore: this client waits ${wait} before it connects again: senders hear 503 for so long although Redis is back. Give it ${advice}`;
}
