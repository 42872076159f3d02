// The public names of hookgate/stores/redis.

export type { IoredisClient, NodeRedisClient, RedisClient } from "./client.js";
export { type RedisStore, type RedisStoreOptions, redisStore } from "./redis-store.js";
