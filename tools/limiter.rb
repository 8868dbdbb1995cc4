# A limit on what an interface sends to each address: a bucket of packets, which a timer fills again.
#
#   rucy run limiter.rb --interface eth0 --burst 100 --refill 10       # then 10 more every 100 ms
#
# A program and the timer's block change a bucket under its lock. A bucket that is full again stops its timer.

license "GPL"

EVERY = 100_000_000                          # ns

BURST  = option :burst,  :u32, default: 100, desc: "packets that an address may get at once"
REFILL = option :refill, :u32, default: 10,  desc: "packets that are added every 100 ms"

class Bucket
  attr :guard,   :spin_lock
  attr :tokens,  :u32
  attr :running, :u32                        # is the timer set?
  attr :sent,    :u64
  attr :dropped, :u64
  attr :timer,   :timer
end

BUCKETS = hash(:ip4 => Bucket, size: 4096)

tc_egress do |packet|
  ip = packet.ipv4
  next :ok unless ip
  to = ip.daddr
  BUCKETS[to] ||= Bucket.new(tokens: BURST)
  bucket = BUCKETS[to]
  next :ok unless bucket
  pass, start = false, false
  lock(bucket.guard) do
    start = bucket.running == 0
    bucket.running = 1
    if bucket.tokens > 0
      bucket.tokens -= 1
      bucket.sent += 1
      pass = true
    else
      bucket.dropped += 1
    end
  end
  if start
    after(bucket.timer, EVERY) do |address|
      low = BUCKETS[address]
      next unless low
      again = false
      lock(low.guard) do
        low.tokens = [low.tokens + REFILL, BURST].min
        again = low.tokens < BURST
        low.running = 0 unless again
      end
      timer_start(low.timer, EVERY, 0) if again
    end
  end
  pass ? :ok : :shot
end

top do
  puts "#{BUCKETS.size} addresses" unless json?
  table BUCKETS.sort_by { |_, b| -b.dropped }.map { |to, b| { address: to, sent: b.sent, dropped: b.dropped, tokens: b.tokens } }
end
wait
