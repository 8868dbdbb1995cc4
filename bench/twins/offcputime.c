#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_LEFT;
u64 full_OFF;

const volatile u32 target_pid = 0;
const volatile bool has_pid = false;
const volatile u64 min_us = 1;

struct where {
	u32 pid;
	u32 tid;
	s32 kernel;
	s32 user;
	char comm[16];
};

struct leave {
	u64 at;
	struct where where;
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 10240);
	__uint(key_size, sizeof(u32));
	__uint(value_size, 127 * sizeof(u64));
} STACKS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct leave);
} LEFT SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, struct where);
	__type(value, u64);
} OFF SEC(".maps");

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct leave leave = {}, *left;
	u64 us, zero = 0, *sum;
	s64 delta;
	u32 tid;

	tid = prev->pid;
	if (tid && !(has_pid && target_pid != prev->tgid)) {
		leave.at = bpf_ktime_get_ns();
		leave.where.pid = prev->tgid;
		leave.where.tid = tid;
		leave.where.kernel = bpf_get_stackid(ctx, &STACKS, 0);
		leave.where.user = bpf_get_stackid(ctx, &STACKS, BPF_F_USER_STACK);
		BPF_CORE_READ_STR_INTO(&leave.where.comm, prev, comm);
		if (bpf_map_update_elem(&LEFT, &tid, &leave, BPF_ANY))
			__sync_fetch_and_add(&full_LEFT, 1);
	}
	tid = next->pid;
	left = bpf_map_lookup_elem(&LEFT, &tid);
	if (!left)
		return 0;
	delta = bpf_ktime_get_ns() - left->at;
	if (delta < 0)
		goto out;
	us = delta / 1000U;
	if (us >= min_us) {
		sum = bpf_map_lookup_elem(&OFF, &left->where);
		if (!sum) {
			bpf_map_update_elem(&OFF, &left->where, &zero, BPF_NOEXIST);
			sum = bpf_map_lookup_elem(&OFF, &left->where);
		}
		if (sum)
			__sync_fetch_and_add(sum, us);
		else
			__sync_fetch_and_add(&full_OFF, 1);
	}
out:
	bpf_map_delete_elem(&LEFT, &tid);
	return 0;
}
