#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

u64 total;
u64 count;
u64 mean;
s64 offset;

SEC("socket")
int average(struct __sk_buff *packet)
{
	__sync_fetch_and_add(&total, packet->len);
	__sync_fetch_and_add(&count, 1);
	mean = total / count;
	offset = ((s64)((u64)packet->len - mean)) >> 2;
	return packet->len;
}
