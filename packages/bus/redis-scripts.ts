import { createHash } from 'node:crypto'

/** What has to happen at once on the server, by its clock. Scripts that ask for the time and write need Redis 5. */
export interface RedisScript {
  readonly text: string
  readonly sha: string
}

function script(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** A room is a sorted set of members by the millisecond of their expiry, and expires itself with the last of them. */
export const ENTER = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last[2]))
return 1
`)

export const LIST = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
`)

/** A counter is the list of its passes in microseconds, oldest first; at most as many as its limit. */
export const COUNT = script(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window, limit = ARGV[1] * 1000, tonumber(ARGV[2])
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= now - window do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
local passes = redis.call('LLEN', KEYS[1])
if passes < limit then
  redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  return { passes + 1, 0, 0 }
end
local first = tonumber(redis.call('LINDEX', KEYS[1], passes - limit))
return { passes, 1, math.ceil((first + window - now) / 1000) }
`)
