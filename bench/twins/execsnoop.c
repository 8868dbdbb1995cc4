#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_CALLS;
u64 dropped_EXECS;

#define ARGS 20

const volatile u32 target_uid = 0;
const volatile bool has_uid = false;
const volatile bool failed = false;

struct arg {
	char text[64];
};

struct exec {
	u32 pid;
	u32 ppid;
	u32 uid;
	s32 result;
	char comm[16];
	u32 argc;
	struct arg args[ARGS];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct exec);
} CALLS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct exec);
} EMPTY SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} EXECS SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int enter_execve(struct trace_event_raw_sys_enter *ctx)
{
	const char **argv = (const char **)ctx->args[1];
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id, uid = bpf_get_current_uid_gid(), zero = 0;
	struct task_struct *task;
	const char *text;
	struct exec *e;

	if (has_uid && target_uid != uid)
		return 0;
	e = bpf_map_lookup_elem(&EMPTY, &zero);
	if (!e)
		return 0;
	task = (struct task_struct *)bpf_get_current_task();
	e->pid = id >> 32;
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->uid = uid;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	if (bpf_map_update_elem(&CALLS, &tid, e, BPF_ANY)) {
		__sync_fetch_and_add(&full_CALLS, 1);
		return 0;
	}
	e = bpf_map_lookup_elem(&CALLS, &tid);
	if (!e)
		return 0;
	for (int i = 0; i < ARGS; i++) {
		if (bpf_probe_read_user(&text, sizeof(text), &argv[i]) || !text)
			break;
		bpf_probe_read_user_str(e->args[i].text, sizeof(e->args[i].text), text);
		e->argc++;
	}
	if (e->argc == ARGS && !bpf_probe_read_user(&text, sizeof(text), &argv[ARGS]) && text)
		e->argc++;
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_execve")
int exit_execve(struct trace_event_raw_sys_exit *ctx)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct exec *e = bpf_map_lookup_elem(&CALLS, &tid);

	if (!e)
		return 0;
	e->result = ctx->ret;
	if (ctx->ret == 0 || failed) {
		if (bpf_ringbuf_output(&EXECS, e, sizeof(*e), 0))
			__sync_fetch_and_add(&dropped_EXECS, 1);
	}
	bpf_map_delete_elem(&CALLS, &tid);
	return 0;
}
