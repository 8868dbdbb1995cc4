/* Ring buffers and perf buffers: each record goes to a block. libbpf calls back for each record; an exception must not pass
 * through libbpf, so it is kept, the rest of the records waits, and it is raised again behind libbpf's call. */
#include <errno.h>
#include <string.h>

#include "rucy.h"

#define PERF_PAGES 64 /* of each CPU's buffer: 256 KiB */

struct ring {
	mrb_state *mrb;
	struct ring_buffer *ring;	/* or: */
	struct perf_buffer *perf;
	uint32_t type, size;		/* of a record; 0: its bytes are given as a String */
	mrb_value block, raised;
	uint64_t lost, taken;
	int left;			/* records until the next ring's turn: a busy one must not starve the others */
	int arena;
};

static void free_ring(mrb_state *mrb, void *data)
{
	struct ring *ring = data;

	ring_buffer__free(ring->ring);
	perf_buffer__free(ring->perf);
	mrb_free(mrb, ring);
}

static const mrb_data_type ring_type = {"Ring", free_ring};

struct call {
	struct ring *ring;
	const void *data;
	size_t size;
};

static mrb_value call_block(mrb_state *mrb, void *data)
{
	struct call *call = data;
	struct ring *ring = call->ring;
	mrb_value record;

	if (ring->type && call->size >= ring->size)
		record = record_new(mrb, ring->type, call->data, ring->size);
	else
		record = mrb_str_new(mrb, call->data, call->size);
	return mrb_yield(mrb, ring->block, record);
}

static int take_record(void *context, void *data, size_t size)
{
	struct ring *ring = context;
	struct call call = {ring, data, size};
	mrb_bool failed;
	mrb_value result;

	if (!mrb_nil_p(ring->raised)) /* a perf buffer cannot be stopped: what comes behind an exception is lost */
		return -1;
	result = mrb_protect_error(ring->mrb, call_block, &call, &failed);
	ring->taken++;
	if (failed) {
		ring->raised = result;
		mrb_gc_register(ring->mrb, result);
		return -1;
	}
	mrb_gc_arena_restore(ring->mrb, ring->arena);
	return --ring->left > 0 ? 0 : -EINTR;
}

static void take_perf(void *context, int cpu, void *data, uint32_t size)
{
	take_record(context, data, size);
}

static void count_lost(void *context, int cpu, __u64 count)
{
	((struct ring *)context)->lost += count;
}

/* Ring.open(map descriptor, is it a perf buffer?, name of the record's struct or nil) { |record| ... }: nil and errno is said */
static mrb_value open_ring(mrb_state *mrb, mrb_value class)
{
	mrb_int fd;
	mrb_bool is_perf;
	mrb_value type, block, self;
	struct ring *ring;
	int id;

	mrb_get_args(mrb, "ibo&!", &fd, &is_perf, &type, &block);
	ring = mrb_calloc(mrb, 1, sizeof *ring);
	ring->mrb = mrb;
	ring->block = block;
	ring->raised = mrb_nil_value();
	self = mrb_obj_value(mrb_data_object_alloc(mrb, mrb_class_ptr(class), ring, &ring_type));
	mrb_iv_set(mrb, self, mrb_intern_lit(mrb, "@block"), block);
	id = mrb_string_p(type) && rucy.btf ? btf__find_by_name_kind(rucy.btf, mrb_string_cstr(mrb, type), BTF_KIND_STRUCT) : 0;
	if (id > 0)
		ring->type = id, ring->size = size_of_type(id);
	if (is_perf)
		ring->perf = perf_buffer__new(fd, PERF_PAGES, take_perf, count_lost, ring, NULL);
	else
		ring->ring = ring_buffer__new(fd, take_record, ring, NULL);
	return ring->perf || ring->ring ? self : mrb_fixnum_value(-errno);
}

/* Ring#take(most): how many records there were, each given to the block; no more than that at once */
static mrb_value take_records(mrb_state *mrb, mrb_value self)
{
	struct ring *ring = mrb_data_get_ptr(mrb, self, &ring_type);
	mrb_value raised;
	mrb_int most;

	mrb_get_args(mrb, "i", &most);
	ring->taken = 0;
	ring->left = most;
	ring->arena = mrb_gc_arena_save(mrb);
	if (ring->perf)
		perf_buffer__consume(ring->perf);
	else
		ring_buffer__consume(ring->ring);
	raised = ring->raised;
	if (!mrb_nil_p(raised)) {
		ring->raised = mrb_nil_value();
		mrb_gc_unregister(mrb, raised);
		mrb_exc_raise(mrb, raised);
	}
	return mrb_int_value(mrb, ring->taken);
}

static mrb_value file_number(mrb_state *mrb, mrb_value self)
{
	struct ring *ring = mrb_data_get_ptr(mrb, self, &ring_type);

	return mrb_fixnum_value(ring->perf ? perf_buffer__epoll_fd(ring->perf) : ring_buffer__epoll_fd(ring->ring));
}

static mrb_value lost(mrb_state *mrb, mrb_value self)
{
	struct ring *ring = mrb_data_get_ptr(mrb, self, &ring_type);

	return mrb_int_value(mrb, ring->lost);
}

/* Rucy.record_types: map name => name of the struct that it carries, from the tags `record:NAME` of the object's BTF */
static mrb_value record_types(mrb_state *mrb, mrb_value self)
{
	mrb_value found = mrb_hash_new(mrb);

	for (uint32_t id = 1; rucy.btf && id < btf__type_cnt(rucy.btf); id++) {
		const struct btf_type *tag = btf__type_by_id(rucy.btf, id), *var;
		const char *name = btf__name_by_offset(rucy.btf, tag->name_off);

		if (!btf_is_decl_tag(tag) || strncmp(name, "record:", 7))
			continue;
		var = btf__type_by_id(rucy.btf, tag->type);
		mrb_hash_set(mrb, found, mrb_str_new_cstr(mrb, btf__name_by_offset(rucy.btf, var->name_off)), mrb_str_new_cstr(mrb, name + 7));
	}
	return found;
}

void init_rings(mrb_state *mrb)
{
	struct RClass *ring = mrb_define_class_under(mrb, rucy.module, "Ring", mrb->object_class);

	MRB_SET_INSTANCE_TT(ring, MRB_TT_CDATA);
	mrb_define_class_method(mrb, ring, "open", open_ring, MRB_ARGS_REQ(3) | MRB_ARGS_BLOCK());
	mrb_define_method(mrb, ring, "take", take_records, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, ring, "fileno", file_number, MRB_ARGS_NONE());
	mrb_define_method(mrb, ring, "lost", lost, MRB_ARGS_NONE());
	mrb_define_class_method(mrb, rucy.module, "record_types", record_types, MRB_ARGS_NONE());
}
