# What objects of the kernel keep: sockets, groups, tasks, inodes; and a value for each CPU of what is used least.
license "GPL"
SENT = sk_storage(default: 0)
GROUPS = cgrp_storage(:u64)
TASKS = task_storage(default: 0)
FILES = inode_storage(default: 0)
RECENT = lru_percpu_hash(:u32 => :u64, size: 64, default: 0)
cgroup_egress do |packet|
  sk = packet.sk
  full = sk && sk_fullsock(sk)
  next true unless full
  SENT[full] += 1
  SENT[full] < 100
end
fentry "tcp_sendmsg" do |sk|
  SENT[sk] += 1 if sk
end
tp_btf "sys_enter" do |regs, id|
  RECENT[id] += 1
  TASKS[current_task] += 1
  group = bpf_cgroup_from_id(cgroup_id)
  next unless group
  GROUPS[group] ||= id
  bpf_cgroup_release(group)
end
section! "lsm/file_open"
def opened(file)
  inode = file.f_inode
  FILES[inode] += 1 if inode
  0
end
