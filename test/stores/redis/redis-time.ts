// Moves the times of records back: the clock of a Redis server cannot be set.
import type { Redis } from "ioredis";

const SHIFT = `
local cursor, ms = '0', tonumber(ARGV[2])
repeat
  local found = redis.call('SCAN', cursor, 'MATCH', ARGV[1] .. '*', 'COUNT', 1000)
  cursor = found[1]
  for _, key in ipairs(found[2]) do
    local left = redis.call('PTTL', key) - ms
    if left <= 0 then
      redis.call('DEL', key)
    else
      redis.call('PEXPIRE', key, string.format('%.0f', left))
      if redis.call('TYPE', key).ok == 'hash' then
        local lease = redis.call('HGET', key, 'l')
        if lease then redis.call('HSET', key, 'l', string.format('%.0f', lease - ms)) end
      end
    end
  end
until cursor == '0'`;

export async function letTimePass(redis: Redis, prefix: string, seconds: number): Promise<void> {
  await redis.eval(SHIFT, 0, prefix, seconds * 1000);
}
