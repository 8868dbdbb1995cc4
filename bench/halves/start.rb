license "GPL"

class Fired
  attr :at, :u64
end

FIRED = ringbuf Fired

syscall "getpgid" do
  FIRED << Fired.new(at: nsecs)
end

FIRED.each do |e|
  puts e.at
  exit
end
