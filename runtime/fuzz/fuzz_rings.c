/* rings.c, and the way of a record without a ring. */
#include "../src/rings.c"

/* What libbpf does with a record of that many bytes, where the buffer's records are structs of `type`. */
void give_record(mrb_state *mrb, uint32_t type, mrb_value block, const uint8_t *bytes, size_t size)
{
	struct ring ring = {
		.mrb = mrb, .type = type, .size = size_of_type(type), .block = block, .raised = mrb_nil_value(), .left = 1,
		.arena = mrb_gc_arena_save(mrb),
	};

	take_record(&ring, (void *)bytes, size);
	if (!mrb_nil_p(ring.raised))
		mrb_gc_unregister(mrb, ring.raised);
}
