-- What wrk sends. MODE: `each` gets one of the ids in IDS after the other below PATH, `url` gets PATH again and again, `create` makes users
-- through BODY, in which %d is a number that no other request has. HEADERS: name: value, one a line. RATE: requests a second, of all
-- connections together; as many as can be if it is not set. Prints one line of JSON.
local headers, requests, count, thread = {}, {}, 0, 0
for line in (os.getenv("HEADERS") or ""):gmatch("[^\n]+") do
  local name, value = line:match("^(.-): (.*)$")
  headers[name] = value
end
local mode, path = os.getenv("MODE"), os.getenv("PATH_")

function init()
  math.randomseed(os.time())
  if mode == "each" then
    for id in io.lines(os.getenv("IDS")) do
      count = count + 1
      requests[count] = wrk.format("GET", path .. id, headers)
    end
    local at = math.random(count)
    request = function() at = at % count + 1; return requests[at] end
  elseif mode == "create" then
    local number, body = math.random(1, 2^40), os.getenv("BODY")
    headers["Content-Type"] = "application/json"
    request = function()
      number = number + 1
      return wrk.format("POST", path, headers, (body:gsub("%%d", string.format("%d", number))))
    end
  else
    local fixed = wrk.format("GET", path, headers)
    request = function() return fixed end
  end
end

local rate, connections = tonumber(os.getenv("RATE")), tonumber(os.getenv("CONNECTIONS"))
if rate then
  -- Each connection waits as long as it takes for its share of the rate.
  function delay() return math.floor(1000 * connections / rate * (0.5 + math.random())) end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"rps":%.2f,"p50":%d,"p99":%d,"count":%d,"errors":%d}\n', summary.requests / (summary.duration / 1e6),
    latency:percentile(50), latency:percentile(99), summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
