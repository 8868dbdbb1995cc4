/* Functions of ELF files: what is in the file of a process at an address. A file may be anything, and may change while it is
 * read: every length is checked, and it is read, not mapped. 64-bit little-endian files alone have names here.
 *
 * A stripped file may bring the names of its functions along as .gnu_debugdata, an ELF file of their tables alone, packed by
 * xz: "Using MiniDebugInfo" in the manual of gdb says how it is made. */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <lzma.h>

#include "rucy.h"

#define LARGEST (512 << 20) /* bytes of a table that is still read */
#define MOST_MEMORY (128 << 20) /* for unpacking */

struct function {
	uint64_t start, size;
	uint32_t name;		/* where it begins in `names` */
	uint32_t rank;		/* of several names of one function the highest is shown: others' first, then without `_` before */
};

struct segment {
	uint64_t offset, address, size;
};

struct file {
	struct segment *segments;
	struct function *functions;
	char *names;		/* of all tables, one behind the other; the last byte is NUL */
	size_t segment_count, function_count, names_size;
	char build_id[41];	/* in hex; "" without one */
};

static void free_file(mrb_state *mrb, void *data)
{
	struct file *file = data;

	free(file->segments);
	free(file->functions);
	free(file->names);
	free(file);
}

static const mrb_data_type file_type = {"Elf", free_file};

/* So many bytes, which the caller frees; NULL where they are not all there. */
static void *read_piece(int fd, uint64_t offset, uint64_t size)
{
	char *bytes = size && size <= LARGEST ? malloc(size) : NULL;
	uint64_t got = 0;

	while (bytes && got < size) {
		ssize_t more = pread(fd, bytes + got, size - got, offset + got);

		if (more <= 0) {
			free(bytes);
			return NULL;
		}
		got += more;
	}
	return bytes;
}

static void read_build_id(struct file *file, int fd, uint64_t offset, uint64_t size)
{
	uint8_t *note = size < 1 << 16 ? read_piece(fd, offset, size) : NULL;
	uint64_t at = 0;

	while (note && at + 12 <= size) {
		uint32_t lengths[3], name, data;

		memcpy(lengths, note + at, 12);
		name = (lengths[0] + 3) & ~3u, data = (lengths[1] + 3) & ~3u;
		if (name > size || data > size || at + 12 + name + data > size)
			break;
		if (lengths[2] == NT_GNU_BUILD_ID && name == 4 && lengths[1] <= 20 && !memcmp(note + at + 12, "GNU", 4))
			for (uint32_t byte = 0; byte < lengths[1]; byte++) {
				file->build_id[byte * 2] = "0123456789abcdef"[note[at + 16 + byte] >> 4];
				file->build_id[byte * 2 + 1] = "0123456789abcdef"[note[at + 16 + byte] & 15];
			}
		at += 12 + name + data;
	}
	free(note);
}

/* Where segments of code lie in memory, and the build's number. */
static void read_segments(struct file *file, int fd, const Elf64_Ehdr *header)
{
	Elf64_Phdr *all = read_piece(fd, header->e_phoff, header->e_phnum * sizeof *all);

	file->segments = all ? calloc(header->e_phnum, sizeof *file->segments) : NULL;
	for (int at = 0; file->segments && at < header->e_phnum; at++) {
		if (all[at].p_type == PT_LOAD)
			file->segments[file->segment_count++] = (struct segment){all[at].p_offset, all[at].p_vaddr, all[at].p_filesz};
		else if (all[at].p_type == PT_NOTE && !file->build_id[0])
			read_build_id(file, fd, all[at].p_offset, all[at].p_filesz);
	}
	free(all);
}

static void add_functions(struct file *file, int fd, const Elf64_Shdr *table, const Elf64_Shdr *names)
{
	size_t count = table->sh_size / sizeof(Elf64_Sym), base = file->names_size;
	Elf64_Sym *all = read_piece(fd, table->sh_offset, count * sizeof *all);
	char *text = read_piece(fd, names->sh_offset, names->sh_size), *more = NULL;
	struct function *functions = NULL;

	if (all && text && base + names->sh_size < LARGEST) {
		more = realloc(file->names, base + names->sh_size + 1);
		file->names = more ? more : file->names;
		functions = realloc(file->functions, (file->function_count + count) * sizeof *functions);
		file->functions = functions ? functions : file->functions;
	}
	if (more && functions) {
		memcpy(more + base, text, names->sh_size);
		more[base + names->sh_size] = 0;
		file->names_size = base + names->sh_size + 1;
		for (size_t at = 0; at < count; at++) {
			int type = ELF64_ST_TYPE(all[at].st_info);
			uint32_t name = all[at].st_name, rank;

			if ((type != STT_FUNC && type != STT_GNU_IFUNC) || all[at].st_shndx == SHN_UNDEF || name >= names->sh_size)
				continue;
			rank = (ELF64_ST_BIND(all[at].st_info) != STB_LOCAL) * 2 + (text[name] != '_');
			functions[file->function_count++] = (struct function){all[at].st_value, all[at].st_size, base + name, rank};
		}
	}
	free(all);
	free(text);
}

/* Of several at one address the larger is the last, and gives the name. */
static int by_start(const void *a, const void *b)
{
	const struct function *one = a, *other = b;

	if (one->start != other->start)
		return one->start < other->start ? -1 : 1;
	if (one->size != other->size)
		return one->size < other->size ? -1 : 1;
	if (one->rank != other->rank)
		return one->rank < other->rank ? -1 : 1;
	return one->name < other->name ? 1 : -1;
}

static bool read_header(int fd, Elf64_Ehdr *header)
{
	return pread(fd, header, sizeof *header, 0) == sizeof *header && !memcmp(header->e_ident, ELFMAG "\2\1", 6);
}

static void read_tables(struct file *file, int fd, const Elf64_Ehdr *header, bool packed);

/* Bytes of .xz as a file without a name; -1 where they are no such bytes. */
static int unpack(const uint8_t *bytes, size_t size)
{
	static uint8_t piece[1 << 14];
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret said = lzma_stream_decoder(&stream, MOST_MEMORY, 0);
	int fd = memfd_create("symbols", MFD_CLOEXEC);

	stream.next_in = bytes, stream.avail_in = size;
	while (fd >= 0 && said == LZMA_OK) {
		size_t made;

		stream.next_out = piece, stream.avail_out = sizeof piece;
		said = lzma_code(&stream, LZMA_FINISH);
		made = sizeof piece - stream.avail_out;
		if (stream.total_out > LARGEST || write(fd, piece, made) != (ssize_t)made)
			said = LZMA_DATA_ERROR;
	}
	lzma_end(&stream);
	if (fd >= 0 && said != LZMA_STREAM_END) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The tables of a file in this one. */
static void read_packed(struct file *file, int fd, const Elf64_Shdr *section)
{
	uint8_t *bytes = read_piece(fd, section->sh_offset, section->sh_size);
	int inner = bytes ? unpack(bytes, section->sh_size) : -1;
	Elf64_Ehdr header;

	free(bytes);
	if (inner >= 0 && read_header(inner, &header))
		read_tables(file, inner, &header, true);
	if (inner >= 0)
		close(inner);
}

/* `packed`: it lies in another file, and none in it is looked for. */
static void read_tables(struct file *file, int fd, const Elf64_Ehdr *header, bool packed)
{
	Elf64_Shdr *sections = read_piece(fd, header->e_shoff, header->e_shnum * sizeof *sections);
	const Elf64_Shdr *names = sections && header->e_shstrndx < header->e_shnum ? &sections[header->e_shstrndx] : NULL;

	for (int at = 0; sections && at < header->e_shnum; at++) {
		const Elf64_Shdr *each = &sections[at];
		char name[sizeof ".gnu_debugdata"] = "";

		if ((each->sh_type == SHT_SYMTAB || each->sh_type == SHT_DYNSYM) && each->sh_link < header->e_shnum)
			add_functions(file, fd, each, &sections[each->sh_link]);
		else if (!packed && names && each->sh_type == SHT_PROGBITS && each->sh_name < names->sh_size &&
			 pread(fd, name, sizeof name, names->sh_offset + each->sh_name) == sizeof name &&
			 !memcmp(name, ".gnu_debugdata", sizeof name))
			read_packed(file, fd, each);
	}
	free(sections);
}

static void read_file(struct file *file, int fd)
{
	Elf64_Ehdr header;

	if (!read_header(fd, &header))
		return;
	read_segments(file, fd, &header);
	read_tables(file, fd, &header, false);
	if (file->function_count)
		qsort(file->functions, file->function_count, sizeof *file->functions, by_start);
}

/* Rucy::Elf.open(path); nil where it cannot be opened */
static mrb_value open_file(mrb_state *mrb, mrb_value self)
{
	struct file *file;
	const char *path;
	int fd;

	mrb_get_args(mrb, "z", &path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return mrb_nil_value();
	file = calloc(1, sizeof *file);
	if (file)
		read_file(file, fd);
	close(fd);
	return file ? mrb_obj_value(mrb_data_object_alloc(mrb, mrb_class_ptr(self), file, &file_type)) : mrb_nil_value();
}

/* Elf#address(offset in the file): where that is when the file is loaded at 0; nil where no segment holds it */
static mrb_value address_of(mrb_state *mrb, mrb_value self)
{
	struct file *file = mrb_data_get_ptr(mrb, self, &file_type);
	uint64_t offset = u64_of_integer(mrb, mrb_get_arg1(mrb));

	for (size_t at = 0; at < file->segment_count; at++)
		if (offset >= file->segments[at].offset && offset - file->segments[at].offset < file->segments[at].size)
			return integer_of_u64(mrb, file->segments[at].address + (offset - file->segments[at].offset));
	return mrb_nil_value();
}

/* Elf#function(address): [name, its start]; nil where none lies. One without a size reaches to the next. */
static mrb_value function_at(mrb_state *mrb, mrb_value self)
{
	struct file *file = mrb_data_get_ptr(mrb, self, &file_type);
	uint64_t address = u64_of_integer(mrb, mrb_get_arg1(mrb));
	size_t low = 0, high = file->function_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (file->functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (int tries = 0; low-- && tries < 16; tries++) { /* a small one may lie in a larger that began before */
		struct function *found = &file->functions[low];

		if (!found->size || address - found->start < found->size)
			return mrb_assoc_new(mrb, mrb_str_new_cstr(mrb, file->names + found->name), integer_of_u64(mrb, found->start));
	}
	return mrb_nil_value();
}

static mrb_value build_id(mrb_state *mrb, mrb_value self)
{
	return mrb_str_new_cstr(mrb, ((struct file *)mrb_data_get_ptr(mrb, self, &file_type))->build_id);
}

void init_symbols(mrb_state *mrb)
{
	struct RClass *elf = mrb_define_class_under(mrb, rucy.module, "Elf", mrb->object_class);

	MRB_SET_INSTANCE_TT(elf, MRB_TT_DATA);
	mrb_define_class_method(mrb, elf, "open", open_file, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, elf, "address", address_of, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, elf, "function", function_at, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, elf, "build_id", build_id, MRB_ARGS_NONE());
}
