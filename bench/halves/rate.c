/* rate WHO ROOM PRINT COMMAND: as rate.rb with a command, in plain C: five times the command fills the ring, and its records
 * are summed up or printed. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__asm__(".section .rodata\n.balign 8\nobject: .incbin \"" OBJECT "\"\nobject_end: .byte 0\n.previous\n");
extern const char object[], object_end[];

struct sample {
	unsigned long long at;
	unsigned pid, cpu;
	unsigned long long number;
	char comm[16];
};

static unsigned long long total;

static int sum(void *context, void *data, size_t size)
{
	struct sample *e = data;

	total ^= e->at + e->pid + e->cpu + e->number + strlen(e->comm);
	return 0;
}

static int print(void *context, void *data, size_t size)
{
	struct sample *e = data;

	printf("%llu %u %u %llu %s\n", e->at, e->pid, e->cpu, e->number, e->comm);
	return 0;
}

int main(int count, char **words)
{
	struct bpf_object *tool = bpf_object__open_mem(object, object_end - object, NULL);
	struct ring_buffer *ring;
	struct bpf_map *map;
	size_t size;

	if (count != 5 || !tool)
		return 1;
	map = bpf_object__find_map_by_name(tool, "SAMPLES");
	bpf_map__set_max_entries(map, atol(words[2]));
	*(unsigned long long *)bpf_map__initial_value(bpf_object__find_map_by_name(tool, ".rodata"), &size) = atol(words[1]);
	if (bpf_object__load(tool))
		return 1;
	ring = ring_buffer__new(bpf_map__fd(map), atoi(words[3]) ? print : sum, NULL, NULL);
	if (!ring || !bpf_program__attach(bpf_object__find_program_by_name(tool, "fired")))
		return 1;
	fputs("attached\n", stderr);
	for (int round = 0; round < 5; round++) {
		struct timespec began, ended;
		long taken = 0, some;

		if (system(words[4]))
			return 1;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
		while ((some = ring_buffer__consume(ring)) > 0)
			taken += some;
		fflush(stdout);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
		fprintf(stderr, "%ld %f\n", taken, ended.tv_sec - began.tv_sec + (ended.tv_nsec - began.tv_nsec) / 1e9);
	}
	return total == 1;
}
