#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_CALLS;
u64 dropped_OPENS;

const volatile u32 target_pid = 0;
const volatile bool has_pid = false;
const volatile bool failed = false;

struct call {
	u64 path;
	u32 flags;
};

struct event {
	u32 pid;
	u32 uid;
	u32 flags;
	s32 fd;
	char comm[16];
	char path[255];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct call);
} CALLS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} OPENS SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter *ctx)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id;
	struct call call = {};

	if (has_pid && target_pid != id >> 32)
		return 0;
	call.path = ctx->args[1];
	call.flags = ctx->args[2];
	if (bpf_map_update_elem(&CALLS, &tid, &call, BPF_ANY))
		__sync_fetch_and_add(&full_CALLS, 1);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_openat")
int exit_openat(struct trace_event_raw_sys_exit *ctx)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id;
	struct call *call;
	struct event *e;

	call = bpf_map_lookup_elem(&CALLS, &tid);
	if (!call)
		return 0;
	if (failed && ctx->ret >= 0)
		goto out;
	e = bpf_ringbuf_reserve(&OPENS, sizeof(*e), 0);
	if (!e) {
		__sync_fetch_and_add(&dropped_OPENS, 1);
		goto out;
	}
	__builtin_memset(e->path, 0, sizeof(e->path)); /* behind the name there is nothing */
	e->pid = id >> 32;
	e->uid = bpf_get_current_uid_gid();
	e->flags = call->flags;
	e->fd = ctx->ret;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_probe_read_user_str(e->path, sizeof(e->path), (void *)call->path);
	bpf_ringbuf_submit(e, 0);
out:
	bpf_map_delete_elem(&CALLS, &tid);
	return 0;
}
