// @ts-check
// What the Redis store runs on the server: each script is one question, answered at one moment.
//
// All keys of a store begin with one prefix that has a hash tag, so that a cluster keeps them on one node. Of the keys
// only the first is declared: the others are known when rows have been looked at.
//
//   {vaultlet}:row:KEY       a hash: the columns of a row, as text
//   {vaultlet}:claim:CLAIM   the key of the row that holds it
//   {vaultlet}:term:TERM     a sorted set of the keys that have it, all with the score 0: Redis orders them by their bytes
//   {vaultlet}:prune         a sorted set of the keys that may be pruned, by the time from which they may
//   {vaultlet}:write:ID      a write that has landed, for a while
//   {vaultlet}:fence         nothing

/** Numbers stay text, except to be compared: Lua writes them with 14 digits. */
const COLUMNS = "'key', 'version', 'terms', 'claims', 'expires_at', 'prune_at', 'sealed'";

/** `ARGV[1]`: claims, with commas: a client has a limit to its arguments. */
export const READ_BY_CLAIMS = `
local seen, rows = {}, {}
for claim in string.gmatch(ARGV[1], '[^,]+') do
  local key = redis.call('GET', KEYS[1] .. ':claim:' .. claim)
  if key and not seen[key] then
    seen[key] = true
    rows[#rows + 1] = redis.call('HMGET', KEYS[1] .. ':row:' .. key, ${COLUMNS})
  end
end
return rows`;

/**
 * `ARGV`: the most rows to look at; the state; now; the key before the page; the most rows to answer; terms. Answers
 * the rows, and the key to go on after, where it has looked at so many and may have left some out.
 */
export const READ_BY_TERMS = `
local patience, state, now, after, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local fewest, least
for i = 6, #ARGV do
  local size = redis.call('ZCARD', KEYS[1] .. ':term:' .. ARGV[i])
  if least == nil or size < least then fewest, least = ARGV[i], size end
end

local function has_others(key)
  for i = 6, #ARGV do
    if ARGV[i] ~= fewest and not redis.call('ZSCORE', KEYS[1] .. ':term:' .. ARGV[i], key) then return false end
  end
  return true
end

local function is_in_state(expires_at)
  -- What is gone, or no number, is for the vault to see.
  if state == 'any' or not expires_at or (expires_at ~= '' and not tonumber(expires_at)) then return true end
  local archived = expires_at ~= '' and tonumber(expires_at) <= now
  return archived == (state == 'archived')
end

local rows, looked = {}, 0
while true do
  local from = after == '' and '-' or '(' .. after
  local keys = redis.call('ZRANGEBYLEX', KEYS[1] .. ':term:' .. fewest, from, '+', 'LIMIT', 0, limit)
  for _, key in ipairs(keys) do
    after = key
    if has_others(key) then
      local row = redis.call('HMGET', KEYS[1] .. ':row:' .. key, ${COLUMNS})
      if is_in_state(row[5]) then rows[#rows + 1] = row end
      if #rows == limit then return { rows, '' } end
    end
  end
  looked = looked + #keys
  if #keys < limit then return { rows, '' } end
  if looked >= patience then return { rows, after } end
end`;

/**
 * `ARGV`: the write's own ID, for how many milliseconds it is remembered, and changes: lists of them as JSON, for a client
 * has a limit to its arguments. Each is eight texts: the key, the version expected, and the row's other columns; a row
 * without a version is deleted. Answers 1 where it has landed, be it that a client has sent it twice; else 0.
 */
export const WRITE = `
local landed = KEYS[1] .. ':write:' .. ARGV[1]
if redis.call('EXISTS', landed) == 1 then return 1 end

local changes, within, taken = {}, {}, {}
for i = 3, #ARGV do
  for _, told in ipairs(cjson.decode(ARGV[i])) do
    local key = told[1]
    local held = redis.call('HMGET', KEYS[1] .. ':row:' .. key, 'version', 'terms', 'claims')
    if (held[1] or '') ~= told[2] then return 0 end
    within[key] = true
    changes[#changes + 1] = {
      key = key, version = told[3], terms = told[4], claims = told[5],
      expires_at = told[6], prune_at = told[7], sealed = told[8],
      held_terms = held[2] or '', held_claims = held[3] or '',
    }
  end
end
for _, change in ipairs(changes) do
  for claim in string.gmatch(change.claims, '[^,]+') do
    local holder = redis.call('GET', KEYS[1] .. ':claim:' .. claim)
    -- A holder within the batch lets go of it, or takes it again and is found in \`taken\`.
    if taken[claim] or (holder and not within[holder]) then return 0 end
    taken[claim] = true
  end
end

for _, change in ipairs(changes) do
  for claim in string.gmatch(change.held_claims, '[^,]+') do redis.call('DEL', KEYS[1] .. ':claim:' .. claim) end
  if change.held_terms ~= change.terms then
    for term in string.gmatch(change.held_terms, '[^,]+') do redis.call('ZREM', KEYS[1] .. ':term:' .. term, change.key) end
  end
end
for _, change in ipairs(changes) do
  local row = KEYS[1] .. ':row:' .. change.key
  if change.version == '' then
    redis.call('DEL', row)
    redis.call('ZREM', KEYS[1] .. ':prune', change.key)
  else
    for claim in string.gmatch(change.claims, '[^,]+') do redis.call('SET', KEYS[1] .. ':claim:' .. claim, change.key) end
    if change.held_terms ~= change.terms then
      for term in string.gmatch(change.terms, '[^,]+') do redis.call('ZADD', KEYS[1] .. ':term:' .. term, 0, change.key) end
    end
    redis.call('HSET', row, 'key', change.key, 'version', change.version, 'terms', change.terms, 'claims', change.claims,
      'expires_at', change.expires_at, 'prune_at', change.prune_at, 'sealed', change.sealed)
    if change.prune_at == '' then
      redis.call('ZREM', KEYS[1] .. ':prune', change.key)
    else
      redis.call('ZADD', KEYS[1] .. ':prune', change.prune_at, change.key)
    end
  end
end
redis.call('SET', landed, '', 'PX', ARGV[2])
return 1`;

/** `ARGV`: now; the most rows to delete. Answers how many it has deleted. */
export const PRUNE = `
local keys = redis.call('ZRANGEBYSCORE', KEYS[1] .. ':prune', '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, key in ipairs(keys) do
  local row = KEYS[1] .. ':row:' .. key
  local held = redis.call('HMGET', row, 'terms', 'claims')
  for term in string.gmatch(held[1] or '', '[^,]+') do redis.call('ZREM', KEYS[1] .. ':term:' .. term, key) end
  for claim in string.gmatch(held[2] or '', '[^,]+') do redis.call('DEL', KEYS[1] .. ':claim:' .. claim) end
  redis.call('DEL', row)
  redis.call('ZREM', KEYS[1] .. ':prune', key)
end
return #keys`;

/** A write that changes no row: replicas that have it have all that was written before it, over whatever connection. */
export const FENCE = `redis.call('SET', KEYS[1] .. ':fence', '', 'PX', 60000)
return 1`;

/** What a server says of itself: its role, and what it does when its memory is full. */
export const SERVER = `return redis.call('INFO', 'replication') .. redis.call('INFO', 'memory')`;
