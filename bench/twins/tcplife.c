#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_BIRTHS;
u64 full_OWNERS;
u64 dropped_LIVES;

#define AF_INET 2

const volatile u16 port = 0;
const volatile bool has_port = false;

struct owner {
	u32 pid;
	char comm[16];
};

struct life {
	u32 pid;
	char comm[16];
	u16 family;
	u16 lport;
	u16 rport;
	u32 local;
	u32 remote;
	u8 local6[16];
	u8 remote6[16];
	u64 rx;
	u64 tx;
	u64 us;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u64);
	__type(value, u64);
} BIRTHS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u64);
	__type(value, struct owner);
} OWNERS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} LIVES SEC(".maps");

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(set_state, struct sock *sk, int oldstate, int newstate)
{
	u64 key = (u64)sk, now, *birth, born;
	struct owner owner = {}, *known;
	struct tcp_sock *tp;
	struct life *life;

	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	if (has_port && bpf_ntohs(sk->__sk_common.skc_dport) != port)
		return 0;
	if (newstate < TCP_FIN_WAIT1) {
		now = bpf_ktime_get_ns();
		if (bpf_map_update_elem(&BIRTHS, &key, &now, BPF_ANY))
			__sync_fetch_and_add(&full_BIRTHS, 1);
	}
	if (newstate == TCP_SYN_SENT || newstate == TCP_LAST_ACK) {
		owner.pid = bpf_get_current_pid_tgid() >> 32;
		bpf_get_current_comm(owner.comm, sizeof(owner.comm));
		if (bpf_map_update_elem(&OWNERS, &key, &owner, BPF_ANY))
			__sync_fetch_and_add(&full_OWNERS, 1);
	}
	if (newstate != TCP_CLOSE)
		return 0;

	birth = bpf_map_lookup_elem(&BIRTHS, &key);
	if (!birth)
		return 0;
	born = *birth;
	bpf_map_delete_elem(&BIRTHS, &key);
	tp = (struct tcp_sock *)sk;
	life = bpf_ringbuf_reserve(&LIVES, sizeof(*life), 0);
	if (!life) {
		__sync_fetch_and_add(&dropped_LIVES, 1);
		goto out;
	}
	__builtin_memset(life, 0, sizeof(*life));
	known = bpf_map_lookup_elem(&OWNERS, &key);
	if (known) {
		life->pid = known->pid;
		__builtin_memcpy(life->comm, known->comm, sizeof(life->comm));
	}
	life->family = sk->__sk_common.skc_family;
	life->lport = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport)); /* skc_num is 0 by now */
	life->rport = bpf_ntohs(sk->__sk_common.skc_dport);
	if (sk->__sk_common.skc_family == AF_INET) {
		life->local = sk->__sk_common.skc_rcv_saddr;
		life->remote = sk->__sk_common.skc_daddr;
	} else {
		BPF_CORE_READ_INTO(&life->local6, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&life->remote6, sk, __sk_common.skc_v6_daddr);
	}
	life->rx = BPF_CORE_READ(tp, bytes_received);
	life->tx = BPF_CORE_READ(tp, bytes_acked);
	life->us = (bpf_ktime_get_ns() - born) / 1000;
	bpf_ringbuf_submit(life, 0);
out:
	bpf_map_delete_elem(&OWNERS, &key);
	return 0;
}
