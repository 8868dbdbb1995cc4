license "GPL"

class Flow
  attr :t, :timer
  attr :n, :u64
end

FLOWS = hash(:u32 => Flow)

class Other
  attr :t, :timer
end

ONE = hash(:u32 => Other)
TWO = hash(:u32 => Other)

tc_ingress do |packet|
  FLOWS[1] ||= Flow.new
  f = FLOWS[1]
  next :ok unless f
  size = packet.len
  after(f.t, 1000) { f.n = size }  # error: [after-capture] # error: [after-capture]
  after(f.t, 1000) { |k, v| v.n = packet.len }  # error: [after-capture]
  after(f.t, 1000) { |k, v| v.n = ctx.mark }  # error: [after-context]
  after(f.t, 1000) { |k, v| return :ok }  # error: [after-leave]
  after(f.t, 1000) { |k, v| break if v.n == 3 }  # error: [after-leave]
  after(f.t, 1000)  # error: [after-block]
  after(f.n, 1000) { |k, v| v.n = 1 }  # error: [object-argument]
  after(f.t, "1s") { |k, v| v.n = 1 }  # error: [helper-argument]
  after(FLOWS[2].t, 1000) { |k, v| v.n = 1 }  # error: [maybe-nil]
  after(f.t) { |k, v| v.n = 1 }  # error: [wrong-arguments]
  if o = ONE[1]
    after(o.t, 1000) { |k, v| v.n = 1 }  # error: [timer-map]
  end
  FLOWS[3] = f  # error: [object-copied]
  timer_cancel(f.n)  # error: [object-argument]
  :ok
end
