#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

u64 seed = 1;
u64 out;

SEC("socket")
int mix(struct __sk_buff *packet)
{
	u64 x = seed;

#pragma clang loop unroll(disable)
	for (u64 i = 0; i < 16; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		x += i;
	}
	out = x;
	return 0;
}
