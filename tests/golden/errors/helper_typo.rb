license "GPL"
kprobe "tcp_connect" do |sk|
  task = bpf_get_curent_task  # error: [undefined-name]
end
