#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

s64 parent;
u64 protocol;

SEC("kprobe/tcp_connect")
int BPF_KPROBE(tcp_connect, struct sock *sk)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	parent = BPF_CORE_READ(task, real_parent, tgid);
	protocol = BPF_CORE_READ(sk, sk_protocol);
	return 0;
}
