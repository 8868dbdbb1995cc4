license "MIT"
kprobe "tcp_connect" do |sk|
  return if sk.sk_protocol == 6  # error: [helper-license] `sk.sk_protocol` is read by the helper
  return if sk.sk_type == 1
end
kprobe "do_sys_openat2" do |dfd, name|
  return if dfd == -100
end
