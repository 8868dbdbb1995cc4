# runs: 0 1 2 3 7 12 40 41
license "GPL"
class Bucket
  attr :guard, :spin_lock
  attr :tokens, :i64
  attr :small, :u8
  attr :taken, [:u32, 4]
  attr :last, :u64

  def take(count)
    return false if tokens < count
    self.tokens = tokens - count
    true
  end
end

BUCKETS = hash(:u32 => Bucket)
SLOTS = array(Bucket, 4)
$taken = 0
$left = 0
$word = 0
$odd = 0

def used(bucket)
  lock(bucket.guard) do
    return bucket.small if bucket.small > 2
    bucket.small += 1
  end
  100
end

tc_ingress do |packet|
  n = packet.mark
  BUCKETS[n & 1] ||= Bucket.new(tokens: 20, last: n)
  b = BUCKETS[n & 1]
  next :ok unless b
  $taken = lock(b.guard) { b.take(n & 7) ? 1 : 2 }
  $left = lock(b.guard) do
    b.taken[n & 3] += n
    b.small *= 2
    next b.tokens if n < 3
    b.last = n if b.last < n
    break b.tokens - 1 if n == 7
    -b.tokens
  end
  $word = used(b)
  lock(b.guard) do
    4.times { |i| b.taken[i] *= 3 }
  end
  s = SLOTS[n % 4]
  lock(s.guard) do
    s.tokens += n
    next :ok if n == 40
    s.tokens -= 1 if n.odd?
  end
  $odd = lock(s.guard) { s.tokens.odd? } ? 1 : 0
  if n == 12
    lock(s.guard) { return :shot }
  end
  BUCKETS[7] = Bucket.new(tokens: n)
  BUCKETS.delete(6)
  :ok
end
