#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/tcp_connect")
int BPF_KPROBE(tcp_connect, struct sock *sk)
{
	char comm[16];

	bpf_get_current_comm(comm, sizeof(comm));
	bpf_printk("%d %s connects to port %d", (u32)(bpf_get_current_pid_tgid() >> 32), comm,
		   bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)));
	return 0;
}
