#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_SOURCES;

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88A8

enum { BY_PREFIX, BY_RATE };

const volatile u32 rate = 100;

struct source {
	u64 since;
	u64 packets;
};

struct prefix4 {
	u32 length;
	u32 address;
};

struct prefix6 {
	u32 length;
	u8 address[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, u32);
} SHUT SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix6);
	__type(value, u32);
} SHUT6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, struct source);
} SOURCES SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} DROPPED SEC(".maps");

static __always_inline int drop(u32 why)
{
	u64 *count = bpf_map_lookup_elem(&DROPPED, &why);

	if (count)
		*count += 1;
	return XDP_DROP;
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, *at;
	struct source *source, first = {};
	struct prefix4 prefix = { 32 };
	struct prefix6 prefix6 = { 128 };
	struct ethhdr *eth = data;
	struct ipv6hdr *ip6;
	struct iphdr *ip;
	u16 kind;
	u64 now;

	if (data + sizeof(*eth) > end)
		return XDP_PASS;
	kind = eth->h_proto;
	at = eth + 1;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct vlan_hdr *vlan = at;

		if (kind != bpf_htons(ETH_P_8021Q) && kind != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(vlan + 1) > end)
			return XDP_PASS;
		kind = vlan->h_vlan_encapsulated_proto;
		at = vlan + 1;
	}
	if (kind == bpf_htons(ETH_P_IPV6)) {
		ip6 = at;
		if ((void *)(ip6 + 1) > end)
			return XDP_PASS;
		__builtin_memcpy(prefix6.address, &ip6->saddr, 16);
		if (!bpf_map_lookup_elem(&SHUT6, &prefix6))
			return XDP_PASS;
		return drop(BY_PREFIX);
	}
	if (kind != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip = at;
	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	prefix.address = ip->saddr;
	if (bpf_map_lookup_elem(&SHUT, &prefix))
		return drop(BY_PREFIX);
	now = bpf_ktime_get_ns();
	source = bpf_map_lookup_elem(&SOURCES, &prefix.address);
	if (!source) {
		first.since = now;
		first.packets = 1;
		if (bpf_map_update_elem(&SOURCES, &prefix.address, &first, BPF_ANY))
			__sync_fetch_and_add(&full_SOURCES, 1);
		return XDP_PASS;
	}
	if (now - source->since >= 1000000000) {
		source->since = now;
		source->packets = 1;
		return XDP_PASS;
	}
	__sync_fetch_and_add(&source->packets, 1);
	if (source->packets <= rate)
		return XDP_PASS;
	return drop(BY_RATE);
}
