license "GPL"
DEBUG = false
LIMIT = nil
$n = 0

def only_there(x)
  x.nosuch  # error: [no-method]
end

def add(x)
  x + 1
end

syscall_return "getpid" do |ret|
  if DEBUG
    $n = comm  # error: [variable-types]
    byte = comm.getbyte(2)
    $n = byte  # error: [maybe-nil]
    $n = byte if byte
    only_there(3)
  end
  if LIMIT.nil?
    $n += 1
  else
    $n = LIMIT + add(LIMIT)
  end
  $n = LIMIT  # error: [is-nil]
  $n = DEBUG ? 1 : "one"  # error: [branch-types]
  return unless DEBUG
  $n = LIMIT
  $n = true  # error: [variable-types]
end
