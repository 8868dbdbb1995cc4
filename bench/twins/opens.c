#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

u64 reads;
u64 writes;

SEC("tracepoint/syscalls/sys_enter_openat")
int opens(struct trace_event_raw_sys_enter *ctx)
{
	if ((ctx->args[2] & 3) == 0)
		__sync_fetch_and_add(&reads, 1);
	else
		__sync_fetch_and_add(&writes, 1);
	return 0;
}
