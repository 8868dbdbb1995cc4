#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

s64 best;

static s64 score(u64 a, u64 b)
{
	s64 d = a > b ? a - b : b - a;

	if (d < 0)
		d = 0;
	if (d > 1000)
		d = 1000;
	return d * 3 + (a & 7);
}

SEC("socket")
int methods(struct __sk_buff *packet)
{
	s64 s = score(packet->len, packet->mark) + score(packet->hash, packet->priority);

	if (s > best)
		best = s;
	return 0;
}
