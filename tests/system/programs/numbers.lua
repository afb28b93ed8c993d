-- SPDX-License-Identifier: Apache-2.0
-- Floating point to the last bit.
local function show(name, value) print(name, string.format("%a", value)) end

-- Three bodies around a fixed star.
local bodies = {}
for i = 1, 3 do bodies[i] = { x = i, y = i / 7, z = -i / 9, u = 0.1 * i, v = 1 / i, w = 0.01 } end
for _ = 1, 4000 do
  for _, b in ipairs(bodies) do
    local r2 = b.x * b.x + b.y * b.y + b.z * b.z
    local pull = 0.001 / (r2 * math.sqrt(r2))
    b.u, b.v, b.w = b.u - b.x * pull, b.v - b.y * pull, b.w - b.z * pull
    b.x, b.y, b.z = b.x + 0.001 * b.u, b.y + 0.001 * b.v, b.z + 0.001 * b.w
  end
end
for i, b in ipairs(bodies) do show("body " .. i, b.x + b.y + b.z) end

local inside = 0
for row = -40, 40 do
  for column = -80, 40 do
    local re, im, x, y, n = column / 40, row / 40, 0.0, 0.0, 0
    while n < 60 and x * x + y * y < 4 do x, y, n = x * x - y * y + re, 2 * x * y + im, n + 1 end
    inside = inside + n
  end
end
print("iterations", inside)

for _, name in ipairs { "sin", "cos", "tan", "exp", "asin", "acos", "atan" } do
  local sum, x = 0.0, -1.0
  while x <= 1 do
    sum = sum * 0.75 + math[name](x)
    x = x + 1 / 1024
  end
  show(name, sum)
end
for i = -1080, 1020, 7 do
  show("2^" .. i, 2.0 ^ i / 3)
  show("log", math.log(2.0 ^ i + 1e-300))
  show("pow", (1 + i / 2000) ^ 3.7)
end
for _, x in ipairs { 0.5, -0.5, 1.5, -2.5, 1e15 + 0.5, -1e-320, 1 / 0, -1 / 0 } do
  print(x, math.floor(x), math.ceil(x), string.format("%.17g %.3f", x, x), x % 3, math.fmod(x, 0.7) == math.fmod(x, 0.7))
end
print(7 // 2, -7 // 2, 7 % -3, 1 << 40, math.maxinteger * 3, 12345678901234 // 977, 12345678901234 % 977)
