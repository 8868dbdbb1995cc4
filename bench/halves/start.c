/* Loads the object that is in it, attaches its program, prints the first record and ends. */
#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

__asm__(".section .rodata\n.balign 8\nobject: .incbin \"" OBJECT "\"\nobject_end: .byte 0\n.previous\n");
extern const char object[], object_end[];

static int show(void *context, void *data, size_t size)
{
	printf("%llu\n", *(unsigned long long *)data);
	exit(0);
}

int main(void)
{
	struct bpf_object *tool = bpf_object__open_mem(object, object_end - object, NULL);
	struct ring_buffer *ring;

	if (!tool || bpf_object__load(tool))
		return 1;
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(tool, "FIRED"), show, NULL, NULL);
	if (!ring || !bpf_program__attach(bpf_object__find_program_by_name(tool, "fired")))
		return 1;
	while (ring_buffer__poll(ring, -1) >= 0)
		;
	return 1;
}
