#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_FLOWS;

#define ETH_P_IP 0x0800
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define IP sizeof(struct ethhdr)

const volatile u32 vip = 0x0100000a;
const volatile u16 port = 80;
const volatile u32 backends = 1;

struct backend {
	u32 address;
	u16 port;
	u64 packets;
};

struct flow {
	u8 protocol;
	u32 client;
	u16 cport;
	u32 backend;
	u16 bport;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, u32);
	__type(value, struct backend);
} POOL SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct flow);
	__type(value, u64);
} FLOWS SEC(".maps");

static __always_inline struct iphdr *ipv4_of(struct __sk_buff *skb)
{
	void *data, *end;
	struct ethhdr *eth;

	bpf_skb_pull_data(skb, IP + 60 + sizeof(struct udphdr));
	data = (void *)(long)skb->data;
	end = (void *)(long)skb->data_end;
	eth = data;
	if (data + IP + sizeof(struct iphdr) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return NULL;
	return data + IP;
}

static __always_inline struct udphdr *ports_of(struct __sk_buff *skb, struct iphdr *ip)
{
	void *end = (void *)(long)skb->data_end;
	struct udphdr *ports;

	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return NULL;
	if (bpf_ntohs(ip->frag_off) & 0x1fff)
		return NULL;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 1) > end)
		return NULL;
	return ports;
}

static __always_inline void mend(struct __sk_buff *skb, bool tcp, u32 header, u32 old, u32 new, u16 old_port, u16 new_port)
{
	u32 check = IP + header + (tcp ? 16 : 6);
	u64 flags = tcp ? 0 : BPF_F_MARK_MANGLED_0;

	bpf_l4_csum_replace(skb, check, old, new, flags | BPF_F_PSEUDO_HDR | 4);
	bpf_l4_csum_replace(skb, check, old_port, new_port, flags | 2);
	bpf_l3_csum_replace(skb, IP + 10, old, new, 4);
}

SEC("tc")
int ingress(struct __sk_buff *skb)
{
	struct iphdr *ip = ipv4_of(skb);
	struct backend *backend;
	struct flow flow = {};
	struct udphdr *ports;
	u16 old_port;
	u64 now;
	u32 pick;

	if (!ip || ip->daddr != vip)
		return TC_ACT_OK;
	ports = ports_of(skb, ip);
	if (!ports || bpf_ntohs(ports->dest) != port)
		return TC_ACT_OK;
	pick = ((u64)bpf_ntohl(ip->saddr) + bpf_ntohs(ports->source)) % backends;
	backend = bpf_map_lookup_elem(&POOL, &pick);
	if (!backend)
		return TC_ACT_SHOT;
	__sync_fetch_and_add(&backend->packets, 1);
	flow.protocol = ip->protocol;
	flow.client = ip->saddr;
	flow.cport = ports->source;
	flow.backend = backend->address;
	flow.bport = backend->port;
	now = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&FLOWS, &flow, &now, BPF_ANY))
		__sync_fetch_and_add(&full_FLOWS, 1);
	old_port = ports->dest;
	ip->daddr = flow.backend;
	ports->dest = flow.bport;
	mend(skb, ip->protocol == IPPROTO_TCP, ip->ihl * 4, vip, flow.backend, old_port, flow.bport);
	return TC_ACT_OK;
}

SEC("tc")
int egress(struct __sk_buff *skb)
{
	struct iphdr *ip = ipv4_of(skb);
	struct flow flow = {};
	struct udphdr *ports;

	if (!ip)
		return TC_ACT_OK;
	ports = ports_of(skb, ip);
	if (!ports)
		return TC_ACT_OK;
	flow.protocol = ip->protocol;
	flow.client = ip->daddr;
	flow.cport = ports->dest;
	flow.backend = ip->saddr;
	flow.bport = ports->source;
	if (!bpf_map_lookup_elem(&FLOWS, &flow))
		return TC_ACT_OK;
	ip->saddr = vip;
	ports->source = bpf_htons(port);
	mend(skb, ip->protocol == IPPROTO_TCP, ip->ihl * 4, flow.backend, vip, flow.bport, bpf_htons(port));
	return TC_ACT_OK;
}
