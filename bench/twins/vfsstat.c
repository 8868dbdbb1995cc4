#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_CALLS;

struct name {
	char text[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, struct name);
	__type(value, u64);
} CALLS SEC(".maps");

#define COUNT(fn)                                                                \
	SEC("kprobe/" #fn)                                                       \
	int count_##fn(struct pt_regs *ctx)                                      \
	{                                                                        \
		struct name key = { #fn };                                       \
		u64 zero = 0, *count = bpf_map_lookup_elem(&CALLS, &key);        \
                                                                                 \
		if (!count) {                                                    \
			bpf_map_update_elem(&CALLS, &key, &zero, BPF_NOEXIST);   \
			count = bpf_map_lookup_elem(&CALLS, &key);               \
			if (!count) {                                            \
				__sync_fetch_and_add(&full_CALLS, 1);            \
				return 0;                                        \
			}                                                        \
		}                                                                \
		__sync_fetch_and_add(count, 1);                                  \
		return 0;                                                        \
	}

COUNT(vfs_read)
COUNT(vfs_write)
COUNT(vfs_fsync)
COUNT(vfs_open)
COUNT(vfs_create)
COUNT(vfs_unlink)
COUNT(vfs_mkdir)
COUNT(vfs_rmdir)
