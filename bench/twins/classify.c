#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

u64 sum;

static inline u64 weight(u64 port)
{
	switch (port) {
	case 22: case 2222: return 1;
	case 80: case 443: case 8080: case 8443: return 2;
	}
	if (port >= 1024 && port <= 32767)
		return 3;
	if (port >= 32768 && port <= 65535)
		return 4;
	return 0;
}

SEC("cgroup/connect4")
int classify(struct bpf_sock_addr *ctx)
{
	__sync_fetch_and_add(&sum, weight(bpf_ntohs(ctx->user_port)));
	return 1;
}
