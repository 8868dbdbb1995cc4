/* A tool that `rucy build --compress` makes: the whole tool lies in this one packed by zlib. It is unpacked into a file in memory
 * and run in this one's place, with the same words and environment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

#include "payload.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10 /* include/uapi/linux/memfd.h */
#endif

static const char *name;

static _Noreturn void fail(int status, const char *text, const char *help)
{
	fprintf(stderr, "%s: %s\n  help: %s\n", name, text, help);
	exit(status);
}

/* The machine has no room, or forbids it: errno says which. */
static _Noreturn void fail_to(const char *what)
{
	char text[128];

	snprintf(text, sizeof text, "it cannot %s into memory: %s", what, strerror(errno));
	fail(77, text, "build the tool without --compress");
}

/* A file that can be run. Since Linux 6.3 one says so, and a kernel may be told to let none (vm.memfd_noexec). */
static int open_in_memory(void)
{
	int file = memfd_create("rucy", MFD_CLOEXEC | MFD_EXEC);

	if (file < 0 && errno == EACCES)
		fail(77, "this kernel runs nothing from memory (vm.memfd_noexec is 2)", "build the tool without --compress");
	if (file < 0)
		file = memfd_create("rucy", MFD_CLOEXEC);
	if (file < 0)
		fail_to("unpack itself");
	return file;
}

/* `packed`: the size that it has unpacked (u64), and what zlib made of it */
static bool unpack(const uint8_t *packed, size_t size, int file)
{
	z_stream stream = {0};
	uint64_t whole;
	uint8_t *place;
	bool done;

	if (size < sizeof whole)
		return false;
	memcpy(&whole, packed, sizeof whole);
	if (whole > 1 << 30)
		return false;
	place = ftruncate(file, whole) ? MAP_FAILED : mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (place == MAP_FAILED)
		fail_to("unpack itself");
	stream.next_in = (uint8_t *)packed + sizeof whole, stream.avail_in = size - sizeof whole;
	stream.next_out = place, stream.avail_out = whole;
	done = inflateInit(&stream) == Z_OK && inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out == whole;
	munmap(place, whole);
	return done;
}

int main(int count, char **words)
{
	const struct payload *payload;
	const char *slash = count ? strrchr(words[0], '/') : NULL;
	const uint8_t *packed;
	size_t size;
	int file;

	name = slash ? slash + 1 : count ? words[0] : "rucy";
	payload = find_payload(name);
	packed = payload ? find_part(payload->parts, (uint8_t *)payload + payload->size, "packed", &size) : NULL;
	if (!packed)
		fail(2, "there is no tool in this executable", "`rucy build FILE.rb -o TOOL --compress` puts one into it");
	file = open_in_memory();
	if (!unpack(packed, size, file))
		tell_damaged(name);
	fexecve(file, words, environ);
	fail(77, "what was unpacked cannot be run", "build the tool without --compress");
}
