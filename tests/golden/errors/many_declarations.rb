license "GPL"
license "MIT"  # error: [license-twice]
def pid = 1  # error: [reserved-name]
PORT = 80
PORT = 81  # error: [constant-twice]
if ARGV.empty?
  xdp { :pass }  # error: [declaration-place]
end
kprobe "tcp_connect" do |sk|
  break if PORT == 1  # error: [break-from-probe]
  LIMIT = 3  # error: [constant-inside]
end
kprobe "tcp_close"  # error: [hook-without-block]
