#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* inserts that a full map refuses and records that a full ring has no room for are counted, as Rucy does */
u64 full_REFUSED;

#define ANY 0xffffffff

struct device_key {
	u32 type;
	u32 major;
	u32 minor;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct device_key);
	__type(value, u32);
} RULES SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, struct device_key);
	__type(value, u64);
} REFUSED SEC(".maps");

static __always_inline bool allowed(u32 type, u32 major, u32 minor, u32 access)
{
	struct device_key key = { type, major, minor };
	u32 *rule = bpf_map_lookup_elem(&RULES, &key);

	return rule && (*rule & access) == access;
}

SEC("cgroup/dev")
int device(struct bpf_cgroup_dev_ctx *ctx)
{
	u32 type = ctx->access_type & 0xffff;
	u32 access = ctx->access_type >> 16;
	struct device_key key;
	u64 *count, zero = 0;

	if (allowed(type, ctx->major, ctx->minor, access))
		return 1;
	if (allowed(type, ctx->major, ANY, access))
		return 1;
	key = (struct device_key){ type, ctx->major, ctx->minor };
	count = bpf_map_lookup_elem(&REFUSED, &key);
	if (!count) {
		bpf_map_update_elem(&REFUSED, &key, &zero, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&REFUSED, &key);
		if (!count) {
			__sync_fetch_and_add(&full_REFUSED, 1);
			return 0;
		}
	}
	__sync_fetch_and_add(count, 1);
	return 0;
}
