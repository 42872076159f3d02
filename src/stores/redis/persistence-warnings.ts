// Warns when the settings of Redis can lose records.
import type { RedisConnection } from "./client.js";

const HOW_TO = "Set allowVolatile: true if that is acceptable.";

/** The warnings about a server's settings, one sentence each. Rejects when the server did not answer. */
export async function keepingWarnings(connection: RedisConnection): Promise<readonly string[]> {
  const ask = async (parameter: string): Promise<string | undefined> => {
    try {
      return await connection.config(parameter);
    } catch (error) {
      // Managed servers refuse CONFIG or do not have it; their durability is described in their own documentation.
      if (isDenied(error)) return undefined;
      throw error;
    }
  };
  const [appendonly, save, maxmemory, policy] = await Promise.all(
    ["appendonly", "save", "maxmemory", "maxmemory-policy"].map(ask),
  );
  return [persistence(appendonly, save), eviction(maxmemory, policy)].filter((one) => one !== undefined);
}

function persistence(appendonly: string | undefined, save: string | undefined): string | undefined {
  if (appendonly !== "no" || save === undefined) return undefined;
  if (save === "") {
    return `redisStore: this Redis keeps nothing across a restart (appendonly no, save ""): a retry of an event handled before the restart runs it again. Set appendonly yes. ${HOW_TO}`;
  }
  return `redisStore: this Redis only writes snapshots (appendonly no, save "${save}"): a crash loses the events since the last one, and a retry of these events runs them again. Set appendonly yes. ${HOW_TO}`;
}

/** Every key of hookgate has an expiry, so the volatile policies evict these keys, and often no others. */
function eviction(maxmemory: string | undefined, policy: string | undefined): string | undefined {
  if (policy === undefined || policy === "noeviction" || maxmemory === "0") return undefined;
  const what =
    policy === "volatile-ttl"
      ? "forgets events early, those with the shortest retention first"
      : "may forget recent events and running claims";
  return `redisStore: at its memory limit this Redis ${what} (maxmemory-policy ${policy}): a retry of these events runs them again. Set maxmemory-policy noeviction. ${HOW_TO}`;
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|ERR)\b/.test(error.message);
}
