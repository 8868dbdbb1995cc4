license "GPL"
kprobe "tcp_connect" do |sk|
  alias other pid  # error: [alias]
end
