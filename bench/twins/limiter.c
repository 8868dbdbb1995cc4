#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses are counted, as Rucy does */
u64 full_BUCKETS;

#define EVERY 100000000
#define ETH_P_IP 0x0800
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88A8
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define CLOCK_MONOTONIC 1

const volatile u32 burst = 100;
const volatile u32 refill = 10;

struct rate_bucket {
	struct bpf_spin_lock guard;
	u32 tokens;
	u32 running;
	u64 sent;
	u64 dropped;
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, struct rate_bucket);
} BUCKETS SEC(".maps");

static int fill(void *map, u32 *address, struct rate_bucket *bucket)
{
	struct rate_bucket *low = bpf_map_lookup_elem(&BUCKETS, address);
	bool again;

	if (!low)
		return 0;
	bpf_spin_lock(&low->guard);
	low->tokens = low->tokens + refill < burst ? low->tokens + refill : burst;
	again = low->tokens < burst;
	if (!again)
		low->running = 0;
	bpf_spin_unlock(&low->guard);
	if (again)
		bpf_timer_start(&low->timer, EVERY, 0);
	return 0;
}

SEC("tc")
int egress(struct __sk_buff *skb)
{
	void *data, *end, *at;
	struct rate_bucket *bucket, made = {};
	bool pass = false, start;
	struct ethhdr *eth;
	struct iphdr *ip;
	u32 to;
	u16 kind;

	bpf_skb_pull_data(skb, 14 + 8 + 20);
	data = (void *)(long)skb->data;
	end = (void *)(long)skb->data_end;
	eth = data;
	if (data + sizeof(*eth) > end)
		return TC_ACT_OK;
	kind = eth->h_proto;
	at = eth + 1;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct vlan_hdr *vlan = at;

		if (kind != bpf_htons(ETH_P_8021Q) && kind != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(vlan + 1) > end)
			return TC_ACT_OK;
		kind = vlan->h_vlan_encapsulated_proto;
		at = vlan + 1;
	}
	if (kind != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	ip = at;
	if ((void *)(ip + 1) > end)
		return TC_ACT_OK;
	to = ip->daddr;
	bucket = bpf_map_lookup_elem(&BUCKETS, &to);
	if (!bucket) {
		made.tokens = burst;
		if (bpf_map_update_elem(&BUCKETS, &to, &made, BPF_NOEXIST))
			__sync_fetch_and_add(&full_BUCKETS, 1);
		bucket = bpf_map_lookup_elem(&BUCKETS, &to);
		if (!bucket)
			return TC_ACT_OK;
	}
	bpf_spin_lock(&bucket->guard);
	start = bucket->running == 0;
	bucket->running = 1;
	if (bucket->tokens > 0) {
		bucket->tokens -= 1;
		bucket->sent += 1;
		pass = true;
	} else {
		bucket->dropped += 1;
	}
	bpf_spin_unlock(&bucket->guard);
	if (start) {
		bpf_timer_init(&bucket->timer, &BUCKETS, CLOCK_MONOTONIC);
		bpf_timer_set_callback(&bucket->timer, fill);
		bpf_timer_start(&bucket->timer, EVERY, 0);
	}
	return pass ? TC_ACT_OK : TC_ACT_SHOT;
}
