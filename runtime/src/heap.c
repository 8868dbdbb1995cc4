/*
 * The memory of the interpreter. What a tool takes until it waits fits into a room of the executable's own, which costs no system
 * call, and of which no page is touched before it is needed; what comes behind that is malloc's. A piece has
 * its size before it; pieces that were given back wait in a list for each size.
 */
#include "rucy.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROOM = 384 << 10,
	HEAD = sizeof(size_t),
	STEP = 16,
	LARGEST = 4096, /* that is taken again */
};

#ifdef __SANITIZE_ADDRESS__

void *allocate(mrb_state *mrb, void *piece, size_t size, void *data)
{
	return size > PTRDIFF_MAX / 2 ? NULL : mrb_default_allocf(mrb, piece, size, data);
}

#else

static char room[ROOM] __attribute__((aligned(STEP)));
static char *next = room;
static void *waiting[LARGEST / STEP + 1];

static size_t *size_of(void *piece)
{
	return (size_t *)((char *)piece - HEAD);
}

static void give_back(void *piece)
{
	size_t size = *size_of(piece);

	if ((char *)piece + size == next) {
		next = (char *)size_of(piece);
	} else if (size <= LARGEST) {
		*(void **)piece = waiting[size / STEP];
		waiting[size / STEP] = piece;
	}
}

static void *take(size_t size)
{
	void *piece = size <= LARGEST ? waiting[size / STEP] : NULL;

	if (piece) {
		waiting[size / STEP] = *(void **)piece;
		return piece;
	}
	if (size + HEAD > (size_t)(room + ROOM - next))
		return malloc(size);
	piece = next + HEAD;
	*size_of(piece) = size;
	next = (char *)piece + size;
	return piece;
}

/* mrb_allocf: `size` 0 gives a piece back, and NULL is none */
void *allocate(mrb_state *mrb, void *piece, size_t size, void *data)
{
	size_t had, rounded;
	bool ours = (char *)piece >= room && (char *)piece < room + ROOM;
	void *moved;

	if (piece && !ours) {
		if (size)
			return realloc(piece, size);
		free(piece);
		return NULL;
	}
	if (!size) {
		if (piece)
			give_back(piece);
		return NULL;
	}
	if (size > PTRDIFF_MAX / 2)
		return NULL;
	rounded = (size + HEAD + STEP - 1) / STEP * STEP - HEAD;
	if (!piece)
		return take(rounded);
	had = *size_of(piece);
	if (rounded <= had)
		return piece;
	if ((char *)piece + had == next && rounded - had <= (size_t)(room + ROOM - next)) {
		next += rounded - had;
		*size_of(piece) = rounded;
		return piece;
	}
	moved = take(rounded);
	if (moved) {
		memcpy(moved, piece, had);
		give_back(piece);
	}
	return moved;
}

#endif
