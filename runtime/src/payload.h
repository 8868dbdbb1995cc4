/* Where the tool lies in this executable, and its parts: see src/rucy/bundle. */
#ifndef RUCY_PAYLOAD_H
#define RUCY_PAYLOAD_H

#include <elf.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include <zlib.h>

/* A note without a use but to have a program header: the payload's takes it over. Its number goes up when what `rucy` asks of a
 * runtime changes, so that one that was made before is not taken. */
static const struct {
	Elf64_Nhdr header;
	char name[8], text[8];
} place __attribute__((used, aligned(4), section(".note.rucy"))) = {{8, 8, 1}, "Rucy", "place 3"};

/* ---- the payload: a magic text, version, length, the CRC-32 of the parts and 4 bytes of zero; then parts: lengths of name and
 * data (u32), name, data, each filled up to 8 bytes */

#define MAGIC "RUCYTOOL"
#define VERSION 2

struct payload {
	char magic[8];
	uint32_t version, size, sum, zero;
	uint8_t parts[];
};

/* Looks at the first bytes of a segment that may be anything: no matter for a sanitizer. */
__attribute__((no_sanitize("address"))) static bool has_magic(const struct payload *found)
{
	for (int at = 0; at < 8; at++)
		if (((const volatile char *)found->magic)[at] != MAGIC[at])
			return false;
	return true;
}

/* Has it the form of a payload, of that many bytes at most? Its parts may be anything. */
static bool is_payload(const struct payload *found, uint64_t size)
{
	return has_magic(found) && found->version == VERSION && found->size >= sizeof *found && found->size <= size;
}

static bool is_whole(const struct payload *found, uint64_t size)
{
	return is_payload(found, size) && crc32(0, found->parts, found->size - sizeof *found) == found->sum;
}

static _Noreturn void tell_damaged(const char *name)
{
	dprintf(2, "%s: this executable is damaged: the tool in it is not as it was built\n  help: copy it again, or build it again\n", name);
	_exit(70);
}

static const char *payload_reader;

static void read_beyond(int number)
{
	tell_damaged(payload_reader);
}

/* The payload, NULL of an executable without. Of one that is damaged it tells, as `name`, and ends the process: reading a file
 * that has been cut short is a signal. */
static const struct payload *find_payload(const char *name)
{
	struct sigaction beyond = {.sa_handler = read_beyond}, before;
	const struct payload *whole = NULL;
	const Elf64_Phdr *segment = (void *)getauxval(AT_PHDR);
	uintptr_t base = 0;

	payload_reader = name;
	sigaction(SIGBUS, &beyond, &before);
	for (unsigned long at = 0; at < getauxval(AT_PHNUM); at++)
		if (segment[at].p_type == PT_PHDR)
			base = (uintptr_t)segment - segment[at].p_vaddr;
	for (unsigned long at = 0; at < getauxval(AT_PHNUM); at++) {
		const struct payload *found = (void *)(base + segment[at].p_vaddr);

		if (segment[at].p_type != PT_LOAD || segment[at].p_flags != PF_R || segment[at].p_filesz <= sizeof *found || !has_magic(found))
			continue;
		if (!is_whole(found, segment[at].p_filesz))
			tell_damaged(name);
		whole = found;
	}
	sigaction(SIGBUS, &before, NULL);
	return whole;
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
