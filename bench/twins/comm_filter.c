#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

u64 ssh;
u64 other;

SEC("tracepoint/sched/sched_process_exec")
int comm_filter(void *ctx)
{
	char comm[16] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	if (__builtin_memcmp(comm, "sshd", 4) == 0 || __builtin_memcmp(comm, "scp", 4) == 0)
		__sync_fetch_and_add(&ssh, 1);
	else
		__sync_fetch_and_add(&other, 1);
	return 0;
}
