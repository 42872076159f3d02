// hookgate/stores/redis: events remembered in Redis, for all processes together.

export type { IoredisClient, NodeRedisClient, RedisClient } from "./client.js";
export { type RedisStore, type RedisStoreOptions, redisStore } from "./redis-store.js";
