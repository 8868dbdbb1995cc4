#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_SINCE;

#define TASK_RUNNING 0
#define SLOTS 66

const volatile u32 target_pid = 0;
const volatile bool has_pid = false;

/* renamed in Linux 5.14 */
struct task_struct___old {
	volatile long state;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, u64);
} SINCE SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, u32);
	__type(value, u64);
} WAITS SEC(".maps");

/* slot 0 is for negative numbers, 1 for zero, 2 + i for [2^i, 2^(i+1)) */
static __always_inline u32 slot_of(s64 v)
{
	u64 u = v;
	u32 slot, shift;

	if (v < 0)
		return 0;
	if (v == 0)
		return 1;
	slot = (u > 0xffffffff) << 5;
	u >>= slot;
	shift = (u > 0xffff) << 4;
	u >>= shift;
	slot |= shift;
	shift = (u > 0xff) << 3;
	u >>= shift;
	slot |= shift;
	shift = (u > 0xf) << 2;
	u >>= shift;
	slot |= shift;
	shift = (u > 0x3) << 1;
	u >>= shift;
	slot |= shift;
	slot |= u >> 1;
	return slot + 2;
}

static __always_inline void runnable(struct task_struct *task)
{
	u64 now;
	u32 pid;

	if (has_pid && target_pid != task->tgid)
		return;
	pid = task->pid;
	now = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&SINCE, &pid, &now, BPF_ANY))
		__sync_fetch_and_add(&full_SINCE, 1);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(wakeup, struct task_struct *task)
{
	runnable(task);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(wakeup_new, struct task_struct *task)
{
	runnable(task);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct task_struct___old *old = (void *)prev;
	u64 *since, *count;
	u32 pid, slot;
	s64 us, state;

	if (bpf_core_field_exists(prev->__state))
		state = prev->__state;
	else
		state = old->state;
	if (preempt || state == TASK_RUNNING)
		runnable(prev);
	pid = next->pid;
	since = bpf_map_lookup_elem(&SINCE, &pid);
	if (!since)
		return 0;
	us = bpf_ktime_get_ns() - *since;
	bpf_map_delete_elem(&SINCE, &pid);
	if (us < 0)
		return 0;
	slot = slot_of(us / 1000U);
	count = bpf_map_lookup_elem(&WAITS, &slot);
	if (count)
		*count += 1;
	return 0;
}
