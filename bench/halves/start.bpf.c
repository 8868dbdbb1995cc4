#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct fired {
	__u64 at;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} FIRED SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getpgid")
int fired(void *ctx)
{
	struct fired *e = bpf_ringbuf_reserve(&FIRED, sizeof(*e), 0);

	if (!e)
		return 0;
	e->at = bpf_ktime_get_ns();
	bpf_ringbuf_submit(e, 0);
	return 0;
}
