// hookgate/stores/redis: events remembered in Redis, for all processes together.

export { type RedisStore, type RedisStoreOptions, redisStore } from "../dedupe/redis.js";
export type { IoredisClient, NodeRedisClient, RedisClient } from "../dedupe/redis-client.js";
