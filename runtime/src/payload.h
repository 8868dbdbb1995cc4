/* Where the tool lies in this executable, and its parts: see src/rucy/bundle. */
#ifndef RUCY_PAYLOAD_H
#define RUCY_PAYLOAD_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

/* A note without a use but to have a program header: the payload's takes it over. Its number goes up when what `rucy` asks of a
 * runtime changes, so that one that was made before is not taken. */
static const struct {
	Elf64_Nhdr header;
	char name[8], text[8];
} place __attribute__((used, aligned(4), section(".note.rucy"))) = {{8, 8, 1}, "Rucy", "place 2"};

/* ---- the payload: a magic text, its length and version, then parts: lengths of name and data (u32), name, data, each
 * filled up to 8 bytes */

#define MAGIC "RUCYTOOL"
#define VERSION 1

struct payload {
	char magic[8];
	uint32_t version, size;
	uint8_t parts[];
};

/* Looks at the first bytes of a segment that may be anything: no matter for a sanitizer. */
__attribute__((no_sanitize("address"))) static bool is_payload(const struct payload *found, uint64_t size)
{
	for (int at = 0; at < 8; at++)
		if (((const volatile char *)found->magic)[at] != MAGIC[at])
			return false;
	return found->version == VERSION && found->size <= size;
}

static const struct payload *find_payload(void)
{
	const Elf64_Phdr *segment = (void *)getauxval(AT_PHDR);
	uintptr_t base = 0;

	for (unsigned long at = 0; at < getauxval(AT_PHNUM); at++)
		if (segment[at].p_type == PT_PHDR)
			base = (uintptr_t)segment - segment[at].p_vaddr;
	for (unsigned long at = 0; at < getauxval(AT_PHNUM); at++) {
		const struct payload *found = (void *)(base + segment[at].p_vaddr);

		if (segment[at].p_type == PT_LOAD && segment[at].p_flags == PF_R && segment[at].p_filesz > sizeof *found &&
		    is_payload(found, segment[at].p_filesz))
			return found;
	}
	return NULL;
}

/* A part of what lies from `at` to `end`. */
static const void *find_part(const uint8_t *at, const uint8_t *end, const char *name, size_t *size)
{
	while (end - at >= 8) {
		uint32_t lengths[2];
		const uint8_t *data;

		memcpy(lengths, at, 8);
		data = at + 8 + ((lengths[0] + 7) & ~7u);
		if (end - data < lengths[1])
			return NULL;
		if (lengths[0] == strlen(name) && !memcmp(at + 8, name, lengths[0]))
			return *size = lengths[1], data;
		at = data + ((lengths[1] + 7) & ~7u);
	}
	return NULL;
}

#endif
