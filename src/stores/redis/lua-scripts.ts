// The Lua scripts of the Redis store: one for each operation, with one key, on the server's clock.
import { createHash } from "node:crypto";
import { RELEASED_RETENTION_SECONDS } from "../store.js";

export interface Script {
  readonly source: string;
  /** The SHA-1 of the source, for EVALSHA. */
  readonly sha1: string;
}

/**
 * A record is a hash: `v` format, `s` state (`c`laimed, `r`eleased, `d`one), `t` token, `b` digest of the body, `f` fence,
 * `n` attempts, `l` end of the lease (ms), `p` progress, `r` reply. A later format takes another number, and
 * this version then refuses the record instead of treating the event as new.
 */
const FORMAT = "1";
/** How long attempts and progress of released keys and lapsed claims are kept. Then Redis removes them. */
const KEPT_MS = RELEASED_RETENTION_SECONDS * 1000;

/** Reads the requested fields, and returns an error for a record that this version cannot read. `state` is nil without a record. */
function reading(...fields: readonly string[]): string {
  return `
local key, token = KEYS[1], ARGV[1]
local version, state, holder${fields.map((name) => `, ${name}`).join("")} =
  unpack(redis.call('HMGET', key, 'v', 's', 't'${fields.map((name) => `, '${FIELDS[name]}'`).join("")}))
if version ~= '${FORMAT}' then
  if version or redis.call('EXISTS', key) == 1 then return {'unreadable', version or ''} end
  state = nil
elseif not holder or (state ~= 'c' and state ~= 'r' and state ~= 'd') then
  return {'unreadable', version}
end`;
}

const FIELDS: Readonly<Record<string, string>> = {
  body: "b",
  fence: "f",
  attempts: "n",
  lease: "l",
  progress: "p",
  reply: "r",
};

/** By default Lua writes 2^53 as 9.007e+15. */
const WHOLE = `
local function whole(number) return string.format('%.0f', number) end`;

const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * ARGV: token, lease ms, digest of the body.
 *
 * The fence is the server's time in microseconds, or the last fence plus one where that is larger. So it rises without a
 * counter key: an operation with one key needs no second slot of a cluster, and nothing must be kept permanently. It also
 * rises where a counter would start again: after the record was expired, evicted, flushed or lost in a failover. It falls
 * only if the record is gone and the server's clock was set back by more than the time since. It is a safe integer until
 * the year 2255.
 */
const CLAIM = `${reading("body", "fence", "attempts", "lease", "progress", "reply")}
if state == 'd' then
  if not body then return {'unreadable', version} end
  return {'done', body == ARGV[3] and 'same' or 'other', reply}
end${CLOCK}${WHOLE}
local until_ms = whole(now + ARGV[2])
local expire_ms = whole(ARGV[2] + ${KEPT_MS})
if state then
  for _, number in ipairs({fence or '', attempts or '', state == 'c' and (lease or '') or '0'}) do
    if not string.match(number, '^%d+$') then return {'unreadable', version} end
  end
  if state == 'c' and holder == token then
    redis.call('PEXPIRE', key, expire_ms)
    redis.call('HSET', key, 'l', until_ms)
    return {'claimed', fence, attempts, progress}
  end
  if state == 'c' and tonumber(lease) > now then return {'in_flight', whole(lease - now)} end
end
fence = whole(math.max(time[1] * 1000000 + time[2], (state and fence or 0) + 1))
attempts = whole((state and attempts or 0) + 1)
redis.call('HSET', key, 'v', '${FORMAT}', 's', 'c', 't', token, 'b', ARGV[3], 'f', fence, 'n', attempts, 'l', until_ms)
redis.call('PEXPIRE', key, expire_ms)
return {'claimed', fence, attempts, progress}`;

/*
 * A holder's operations execute PEXPIRE or HDEL first. A server at its memory limit refuses a script at its first write that
 * can take memory, and lets a script that has already written continue. So a running claim can be completed on a full server.
 */

/** ARGV: token, lease ms. */
const RENEW = `${reading()}
if state ~= 'c' or holder ~= token then return {'lost'} end${CLOCK}${WHOLE}
redis.call('PEXPIRE', key, whole(ARGV[2] + ${KEPT_MS}))
redis.call('HSET', key, 'l', whole(now + ARGV[2]))
return {'held'}`;

/** ARGV: token, retention ms, reply where there is one. The fields that only a claim needs are removed. */
const COMPLETE = `${reading()}
if holder ~= token or not state or state == 'r' then return {'lost'} end
if state == 'd' then return {'held'} end
redis.call('PEXPIRE', key, ARGV[2])
redis.call('HDEL', key, 'f', 'n', 'l', 'p')
redis.call('HSET', key, 's', 'd')
if ARGV[3] then redis.call('HSET', key, 'r', ARGV[3]) end
return {'held'}`;

/** ARGV: token, and progress where there is any. */
const RELEASE = `${reading()}
if holder ~= token or not state or state == 'd' then return {'lost'} end
if state == 'r' then return {'held'} end
redis.call('PEXPIRE', key, ${KEPT_MS})
redis.call('HDEL', key, 'l')
redis.call('HSET', key, 's', 'r')
if ARGV[2] then redis.call('HSET', key, 'p', ARGV[2]) end
return {'held'}`;

/** The version of an entity is a string, `<format>:<version>`. ARGV: version, retention ms. */
const ADVANCE = `
local key = KEYS[1]
local kept = redis.call('GET', key)
if kept then
  local known = string.match(kept, '^${FORMAT}:(%d+)$')
  if not known then return {'unreadable', string.match(kept, '^(%d+):') or ''} end
  if tonumber(known) > tonumber(ARGV[1]) then
    redis.call('PEXPIRE', key, ARGV[2])
    return {'older'}
  end
end
redis.call('SET', key, '${FORMAT}:' .. ARGV[1], 'PX', ARGV[2])
return {'newest'}`;

export type ScriptName = "claim" | "renew" | "complete" | "release" | "advance";

export const SCRIPTS: Readonly<Record<ScriptName, Script>> = {
  claim: script(CLAIM),
  renew: script(RENEW),
  complete: script(COMPLETE),
  release: script(RELEASE),
  advance: script(ADVANCE),
};

function script(lua: string): Script {
  const source = lua.trim();
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}
