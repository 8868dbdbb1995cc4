license "GPL"
COUNTS = hash(:u32 => :u64)
GROUPS = cgroup_array(4)
SOCKS = sockhash(:u64, 8)
DEVS = devmap("struct bpf_cpumap_val", 8)            # error: [map-form]
CPUS = cpumap(:u64, 8)                               # error: [map-form]
syscall "getpid" do
  map_lookup_elem(COUNTS, 1)                         # error: [helper-form]
  bpf_map_update_elem(COUNTS, 1, 2, 3)               # error: [helper-form]
  for_each_map_elem(COUNTS, 1, 2, 3)                 # error: [helper-block]
  map_lookup_percpu_elem(COUNTS, 1, 2)               # error: [helper-form]
  current_task_under_cgroup(COUNTS, 1)               # error: [helper-map]
  current_task_under_cgroup(1, 1)                    # error: [helper-map]
  current_task_under_cgroup(nothing, 1)              # error: [undefined-name]  # error: [helper-map]
  perf_event_read(GROUPS, 1)                         # error: [helper-map]
  sk_select_reuseport(SOCKS, 1, 0)                   # error: [helper-not-here]
  current_task_under_cgroup(GROUPS)                  # error: [helper-arguments]  # error: [map-as-value]
end
section! "sk_msg"
def msg(ctx)
  msg_redirect_hash(SOCKS, "text", 0)                # error: [stored-type]
  msg_redirect_hash(SOCKS, [1, 2], 0)                # error: [map-key-parts]
  msg_redirect_map(SOCKS, 1, 0)                      # error: [helper-map]
end
