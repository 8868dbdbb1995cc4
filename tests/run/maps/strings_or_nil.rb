# runs: 1 2 3 4 5 6 7 8
license "GPL"
class E
  attr :short, [:char, 6]
  attr :long, [:char, 40]
end
M = hash(:u64 => E)
$met = 0
$other = 0
$returned = 0
$last = 0

def either(id)
  return M[id]&.short if id < 4
  id < 6 ? nil : M[id]&.long
end

raw_tracepoint "sys_enter" do |regs, id|
  M[id] = E.new(short: "abc", long: "a text that is longer") if id.even?
  s = nil
  s = "abc" if id > 2
  u = id > 1 ? s : "before it"
  $met = u ? u.size : 99
  v = id < 5 ? M[id]&.short : M[id]&.long
  $other = v ? v.size : 98
  w = case id
      when 1 then nil
      when 2 then s
      when 3 then u
      else v
      end
  $last = w ? w.size : 97
  r = either(id)
  $returned = r ? r.size : 96
end
