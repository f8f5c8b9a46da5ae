"""The five functions of feed windows in Lua, each of them atomic."""

from skeletal.cache.server import Script

COMMON = """
local function newer(one, other)
    if #one ~= #other then return #one > #other end
    return one > other
end
local function header(text)
    local parts = {}
    for part in string.gmatch(text, '[^|]+') do parts[#parts + 1] = part end
    return {state = parts[2], cut = parts[3], token = parts[4], lineage = parts[5],
            version = parts[6]}
end
local function tail(key)
    local last = redis.pcall('LINDEX', key, -1)
    if type(last) ~= 'table' then return last end
    redis.call('DEL', key)
    return false
end
local function written(h)
    return table.concat({'h', h.state, h.cut, h.token, h.lineage, h.version}, '|')
end
local function lineage_of(mark)
    return string.match(mark, '^(.-):')
end
"""
BEGIN = Script(
    COMMON
    + """
local mark = redis.call('GET', KEYS[2])
if not mark then return 0 end
local lineage, last = lineage_of(mark), tail(KEYS[1])
if last then
    local h = header(last)
    if h.lineage == lineage and (h.state == 'b' or h.token ~= ARGV[2]) then return 0 end
end
redis.call('DEL', KEYS[1])
redis.call('RPUSH', KEYS[1], written({state = 'b', cut = 'c', token = ARGV[1], lineage = lineage,
                                      version = '0'}))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""
)
PUSH = Script(
    COMMON
    + """
local post, kept, longest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local function insert(key, h, last)
    local size = redis.call('LLEN', key) - 1
    if size == 0 then return redis.call('LPUSH', key, post) end
    local first = redis.call('LINDEX', key, 0)
    if first == post then return end
    if newer(post, first) then return redis.call('LPUSH', key, post) end
    if newer(redis.call('LINDEX', key, -2), post) then
        if h.cut == 'c' then redis.call('LINSERT', key, 'BEFORE', last, post) end
        return
    end
    for start = 0, size - 1, 64 do
        for _, id in ipairs(redis.call('LRANGE', key, start, math.min(start + 63, size - 1))) do
            if id == post then return end
            if newer(post, id) then return redis.call('LINSERT', key, 'BEFORE', id, post) end
        end
    end
end
local touched = 0
for _, key in ipairs(KEYS) do
    local last = tail(key)
    local h = last and header(last)
    if last and not h.version then
        redis.call('DEL', key)
    elseif last then
        insert(key, h, last)
        touched = touched + 1
        if redis.call('LLEN', key) - 1 > longest then
            h.cut = 'p'
            redis.call('LTRIM', key, 0, kept - 1)
            redis.call('RPUSH', key, written(h))
        end
    end
end
return touched
"""
)
FILL = Script(
    COMMON
    + """
local last = tail(KEYS[1])
if not last then return 0 end
local h = header(last)
if h.state ~= 'b' or h.token ~= ARGV[1] then return 0 end
local kept = tonumber(ARGV[4])
local buffer = redis.call('LRANGE', KEYS[1], 0, -2)
local bound
if ARGV[3] == 'p' and #ARGV > 5 then bound = ARGV[#ARGV] end
if h.cut == 'p' then
    local lowest = buffer[#buffer]
    if not bound or newer(lowest, bound) then bound = lowest end
end
local ids, at, place = {}, 6, 1
while at <= #ARGV or place <= #buffer do
    local one, other, id = ARGV[at], buffer[place], nil
    if other and (not one or not newer(one, other)) then
        id = other
        place = place + 1
        if one == other then at = at + 1 end
    else
        id = one
        at = at + 1
    end
    if #ids == kept then
        bound = bound or id
        break
    end
    if bound and newer(bound, id) then break end
    ids[#ids + 1] = id
end
h.state, h.version, h.cut = 'r', ARGV[2], bound and 'p' or 'c'
redis.call('DEL', KEYS[1])
for start = 1, #ids, 500 do
    redis.call('RPUSH', KEYS[1], unpack(ids, start, math.min(start + 499, #ids)))
end
redis.call('RPUSH', KEYS[1], written(h))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""
)
READ = Script(
    COMMON
    + """
local mark, life = redis.call('GET', KEYS[2]), tonumber(ARGV[4])
if not mark then return {'unmarked'} end
local last = tail(KEYS[1])
if not last then
    return {'absent', mark, redis.call('SET', KEYS[3], 1, 'NX', 'PX', life) and 0 or 1}
end
local h = header(last)
if h.lineage ~= lineage_of(mark) then return {'foreign', mark, last} end
if h.state == 'b' then return {'building', mark, last} end
if redis.call('PTTL', KEYS[1]) * 2 < life then redis.call('PEXPIRE', KEYS[1], life) end
local cursor, size, place = ARGV[1], redis.call('LLEN', KEYS[1]) - 1, 0
if cursor ~= '' then
    local function above(index)
        return index < size and not newer(cursor, redis.call('LINDEX', KEYS[1], index))
    end
    local low, high, step = math.max(0, math.min(tonumber(ARGV[3]), size)), size, 1
    if low == 0 or above(low - 1) then
        while above(low + step - 1) do low, step = low + step, step * 2 end
        high = math.min(size, low + step - 1)
    else
        high = low - 1
        while high >= step and not above(high - step) do high, step = high - step, step * 2 end
        low = math.max(0, high - step + 1)
    end
    while low < high do
        local middle = math.floor((low + high) / 2)
        if above(middle) then low = middle + 1 else high = middle end
    end
    place = low
end
local till = math.min(place + tonumber(ARGV[2]), size) - 1
local ids = till >= place and redis.call('LRANGE', KEYS[1], place, till) or {}
return {'ready', mark, last, place, till == size - 1 and 1 or 0, ids}
"""
)
MARK = Script(
    COMMON
    + """
local lineage, number = ARGV[1], tonumber(ARGV[2])
local now, value = redis.call('GET', KEYS[1]), ARGV[4] .. ':' .. (number + ARGV[3])
if ARGV[5] == '1' and now and lineage_of(now) == lineage then
    local at = tonumber(string.match(now, ':(%d+)$'))
    if at == number or at == number + 1 then value = lineage .. ':' .. (at + ARGV[3]) end
end
redis.call('SET', KEYS[1], value, 'PX', ARGV[6])
return value
"""
)
