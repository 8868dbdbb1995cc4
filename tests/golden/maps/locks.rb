license "GPL"

class Bucket
  attr :guard, :spin_lock
  attr :tokens, :u64
  attr :filled, :u64
  attr :rate, :u8
end

BUCKETS = hash(:ip4 => Bucket, size: 4096)

xdp do |packet|
  ip = packet.ipv4
  next :pass unless ip
  from = ip.saddr
  BUCKETS[from] ||= Bucket.new(tokens: 10, rate: 1)
  bucket = BUCKETS[from]
  next :pass unless bucket
  now = nsecs
  lock(bucket.guard) do
    if now > bucket.filled + 1_000_000
      bucket.tokens = (bucket.tokens + bucket.rate).clamp(0, 10)
      bucket.rate *= 2
      bucket.filled = now
    end
    next :drop if bucket.tokens == 0
    bucket.tokens = bucket.tokens - 1
    :pass
  end
end
