/* Damaged input for all of the runtime that reads what others wrote: the payload, its notes (JSON), types (BTF) and the
 * values that they describe, records, formats, and executables of processes.
 *
 *     fuzz SEEDS FIRST COUNT SECONDS    inputs by their numbers, until there were COUNT or the time is over
 *     fuzz FILE.KIND ...                files that are given as they are
 *
 * SEEDS is a folder of tools that `rucy build` made, and of other executables. Input N is one of them, or a part of a tool,
 * damaged in ways that N alone decides: `fuzz SEEDS N 1 60` does it again. What kills a process is written to SEEDS/N.KIND.
 * It ends with status 1 when there was such an input. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define main runtime_main
#include "../src/main.c"
#undef main

#define BATCH 50		/* inputs of one process */
#define LONGEST 30		/* seconds for one input */
#define LARGEST (1 << 20)	/* bytes of an input */

void give_record(mrb_state *mrb, uint32_t type, mrb_value block, const uint8_t *bytes, size_t size);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=256:handle_abort=1:detect_stack_use_after_return=0";
}

struct bytes {
	uint8_t *at;
	size_t size;
};

/* A seed is a part of a file; `tool` is the payload that it came with. */
struct seed {
	int kind;
	struct bytes data;
	struct bytes tool;
};

static struct seed *seeds;
static size_t seed_count;
static mrb_state *mrb;

/* ---- chance */

static uint64_t chance;

static uint64_t draw(void)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t below(size_t limit)
{
	return limit ? draw() % limit : 0;
}

/* ---- what is done with an input of each kind */

/* Memory of exactly that size, so that a byte too much is seen; the caller frees it. */
static uint8_t *exact(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size);

	return copy && size ? memcpy(copy, bytes, size) : copy;
}

static void in_ruby(const char *method, mrb_value argument)
{
	mrb_funcall(mrb, mrb_obj_value(mrb_module_get(mrb, "Fuzz")), method, 1, argument);
	mrb->exc = NULL;
}

static mrb_value as_text(const uint8_t *bytes, size_t size)
{
	return mrb_str_new_static(mrb, (const char *)bytes, size);
}

static void try_payload(const uint8_t *bytes, size_t size)
{
	static const char *const names[] = {"meta", "notes", "object", "program", "source", "btf/6.1.0", ""};
	const struct payload *found = (const void *)bytes;
	static volatile unsigned sum;

	if (size <= sizeof *found || !is_payload(found, size))
		return;
	for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
		size_t length = 0;
		const uint8_t *data = find_part(found->parts, bytes + found->size, names[at], &length);

		for (size_t byte = 0; data && byte < length; byte++)
			sum += data[byte];
	}
}

struct text {
	const uint8_t *bytes;
	size_t size;
};

static mrb_value parse_text(mrb_state *mrb, void *data)
{
	struct text *text = data;

	return json_parse(mrb, (const char *)text->bytes, text->size);
}

static void try_json(const uint8_t *bytes, size_t size)
{
	struct text text = {bytes, size};
	mrb_bool failed;

	mrb_protect_error(mrb, parse_text, &text, &failed);
}

/* Notes are what the formats of printed records come from. */
static void try_notes(const uint8_t *bytes, size_t size)
{
	in_ruby("notes", mrb_str_new(mrb, (const char *)bytes, size));
}

static void try_format(const uint8_t *bytes, size_t size)
{
	in_ruby("format", as_text(bytes, size));
}

struct value {
	uint32_t type;
	const uint8_t *bytes;
	uint8_t *out;
	mrb_value value;
};

static mrb_value decode(mrb_state *mrb, void *data)
{
	struct value *value = data;

	decode_key(mrb, value->type, value->bytes);
	return decode_value(mrb, value->type, value->bytes);
}

static mrb_value encode(mrb_state *mrb, void *data)
{
	struct value *value = data;

	encode_value(mrb, value->type, value->value, value->out);
	return mrb_nil_value();
}

/* Decoded, looked at, encoded again; and other values in its place. */
static void try_type(uint32_t type, const uint8_t *bytes, size_t size)
{
	struct value value = {.type = type, .bytes = bytes, .out = exact(bytes, size)};
	mrb_value others = mrb_funcall(mrb, mrb_obj_value(mrb_module_get(mrb, "Fuzz")), "values", 0);
	mrb_bool failed;

	value.value = mrb_protect_error(mrb, decode, &value, &failed);
	if (!failed) {
		in_ruby("look", value.value);
		mrb_protect_error(mrb, encode, &value, &failed);
	}
	for (mrb_int at = 0; at < RARRAY_LEN(others); at++) {
		value.value = RARRAY_PTR(others)[at];
		mrb_protect_error(mrb, encode, &value, &failed);
	}
	free(value.out);
}

static void fill(uint8_t *bytes, size_t size)
{
	int how = below(3);

	for (size_t at = 0; at < size; at++)
		bytes[at] = how == 0 ? draw() : how == 1 ? 0xff : below(4) ? 0 : draw();
}

static void try_types(void)
{
	for (uint32_t id = 1; id < btf__type_cnt(rucy.btf); id++) {
		int64_t size = btf__resolve_size(rucy.btf, id);
		int arena = mrb_gc_arena_save(mrb);
		uint8_t *bytes;

		if (size < 0 || size > 1 << 14)
			continue;
		bytes = malloc(size);
		fill(bytes, size);
		try_type(id, bytes, size);
		free(bytes);
		mrb_gc_arena_restore(mrb, arena);
	}
}

/* Of the object's maps, with types that are not theirs. */
static void try_maps(void)
{
	mrb_value all = mrb_nil_value();
	struct bpf_map *map;

	bpf_object__for_each_map(map, rucy.object) {
		size_t size = bpf_map__value_size(map), key = bpf_map__key_size(map);
		int arena = mrb_gc_arena_save(mrb);
		uint8_t *bytes;

		size = ((size + 7) & ~(size_t)7) * libbpf_num_possible_cpus();
		if (bpf_map__is_internal(map) || size > 1 << 16)
			continue;
		bytes = malloc(key + size);
		fill(bytes, key + size);
		all = mrb_ary_new(mrb);
		mrb_ary_push(mrb, all, mrb_str_new_cstr(mrb, bpf_map__name(map)));
		uint8_t *first = exact(bytes, key), *second = exact(bytes + key, size);
		mrb_ary_push(mrb, all, as_text(first, key));
		mrb_ary_push(mrb, all, as_text(second, size));
		in_ruby("map", all);
		free(first), free(second), free(bytes);
		mrb_gc_arena_restore(mrb, arena);
	}
}

static void use_types(const struct btf *btf)
{
	free(rucy.classes);
	rucy.btf = btf;
	rucy.classes = calloc(btf__type_cnt(btf), sizeof *rucy.classes);
}

static void open_tool(struct bytes tool)
{
	const struct payload *payload = (const void *)tool.at;
	size_t size = 0;
	const void *object = find_part(payload->parts, tool.at + payload->size, "object", &size);

	rucy.object = object ? bpf_object__open_mem(object, size, NULL) : NULL;
	if (rucy.object && bpf_object__btf(rucy.object))
		use_types(bpf_object__btf(rucy.object));
}

static void close_tool(void)
{
	bpf_object__close(rucy.object);
	free(rucy.classes);
	rucy.object = NULL, rucy.btf = NULL, rucy.classes = NULL;
}

static void try_btf(const uint8_t *bytes, size_t size, struct bytes tool)
{
	struct btf *btf = btf__new(bytes, size);

	if (!btf)
		return;
	if (tool.size)
		open_tool(tool);
	use_types(btf);
	in_ruby("record_types", mrb_nil_value());
	try_types();
	if (rucy.object)
		try_maps();
	close_tool();
	btf__free(btf);
}

/* A record for each struct that there is, as it came and with a length that may be another. */
static void try_record(const uint8_t *bytes, size_t size, struct bytes tool)
{
	mrb_value block = mrb_funcall(mrb, mrb_obj_value(mrb_module_get(mrb, "Fuzz")), "block", 0);

	if (!tool.size)
		return;
	open_tool(tool);
	mrb_gc_register(mrb, block);
	for (uint32_t id = 0; rucy.btf && id < btf__type_cnt(rucy.btf); id++) {
		const struct btf_type *type = id ? btf__type_by_id(rucy.btf, id) : NULL;

		if (!id || btf_is_struct(type))
			give_record(mrb, id, block, bytes, size);
	}
	mrb_gc_unregister(mrb, block);
	close_tool();
}

static void try_elf(const uint8_t *bytes, size_t size)
{
	int file = memfd_create("elf", MFD_CLOEXEC);
	char path[40];

	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	if (file >= 0 && write(file, bytes, size) == (ssize_t)size)
		in_ruby("elf", mrb_str_new_cstr(mrb, path));
	close(file);
}

/* libbpf's part: the object, as a tool opens it. */
static void try_object(const uint8_t *bytes, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "rucy");

	bpf_object__close(bpf_object__open_mem(bytes, size, &options));
}

enum kind { PAYLOAD, JSON, NOTES, FORMAT, BTF, RECORD, ELF, OBJECT, KINDS };
static const char *const kind_names[] = {"payload", "json", "notes", "format", "btf", "record", "elf", "object"};

static void try(enum kind kind, const uint8_t *given, size_t size, struct bytes tool)
{
	uint8_t *bytes = exact(given, size);
	int arena = mrb_gc_arena_save(mrb);

	switch (kind) {
	case PAYLOAD: try_payload(bytes, size); break;
	case JSON: try_json(bytes, size); break;
	case NOTES: try_notes(bytes, size); break;
	case FORMAT: try_format(bytes, size); break;
	case BTF: try_btf(bytes, size, tool); break;
	case RECORD: try_record(bytes, size, tool); break;
	case ELF: try_elf(bytes, size); break;
	case OBJECT: try_object(bytes, size); break;
	case KINDS: break;
	}
	mrb->exc = NULL;
	mrb_gc_arena_restore(mrb, arena);
	mrb_full_gc(mrb);
	free(bytes);
}

/* What is asked of Ruby's half. */
static const char driver[] =
	"module Fuzz\n"
	"  def self.guarded\n"
	"    yield\n"
	"  rescue Exception\n"
	"    nil\n"
	"  end\n"
	"  def self.look(value, depth = 0)\n"
	"    return if depth > 3\n"
	"    return value.first(40).each { |each| look(each, depth + 1) } if value.is_a?(Array)\n"
	"    Rucy.fields(value, true).each { |_, each| look(each, depth + 1) } if Rucy.record?(value)\n"
	"    guarded { Rucy.bytes(value) } if Rucy.record?(value)\n"
	"  end\n"
	"  def self.values = [0, -1, 2**64 - 1, true, 1.5, nil, 'text', '10.0.0.0/8', '::1/200', '1:2:3:4:5:6', [1, 2, 3], ['x' * 300], []]\n"
	"  def self.block = proc { |record| record.is_a?(String) ? record.bytes : look(record) }\n"
	"  def self.record_types(_) = guarded { Rucy.record_types }\n"
	"  def self.map(given)\n"
	"    name, key, value = given\n"
	"    return unless store = guarded { Rucy::Store.open(name) }\n"
	"    guarded { look(store.raw_key(key)) }\n"
	"    guarded { look(store.raw_value(value)) }\n"
	"    guarded { look(store.raw_per_cpu(value)) }\n"
	"    guarded { store.words(value) }\n"
	"  end\n"
	"  def self.notes(text)\n"
	"    notes = guarded { Rucy.json(text) }\n"
	"    return unless notes.is_a?(Hash) && notes['formats'].is_a?(Array)\n"
	"    Rucy.instance_variable_set(:@notes, notes)\n"
	"    Rucy::Formats.instance_variable_set(:@formats, nil)\n"
	"    notes['formats'].size.times do |number|\n"
	"      [0, 3, 8, 16, 40, 200].each { |size| guarded { Rucy::Formats.show([number].pack('L') + text[0, size].b) } }\n"
	"    end\n"
	"  end\n"
	"  def self.format(text)\n"
	"    guarded { printf text, 1, -5, 'text', 2**64 - 1 }\n"
	"    guarded { printf text, 'x' * 2000, 7 }\n"
	"  end\n"
	"  def self.elf(path)\n"
	"    return unless file = Rucy::Elf.open(path)\n"
	"    file.build_id\n"
	"    [0, 64, 4096, 0x1139, 2**32, 2**64 - 1].each { |at| file.address(at); file.function(at) }\n"
	"  end\n"
	"end\n";

static void start(void)
{
	mrb = open_runtime();
	mrb->gc.disabled = false;
	mrb_load_string(mrb, driver);
	if (mrb->exc) {
		print_exception(mrb);
		_exit(70);
	}
}

/* ---- seeds */

static void add_seed(enum kind kind, const void *data, size_t size, struct bytes tool)
{
	seeds = realloc(seeds, (seed_count + 1) * sizeof *seeds);
	seeds[seed_count++] = (struct seed){kind, {exact(data, size), size}, tool};
}

static struct bytes read_whole(const char *path)
{
	struct bytes made = {NULL, 0};
	FILE *file = fopen(path, "re");
	char piece[1 << 16];
	size_t got;

	while (file && (got = fread(piece, 1, sizeof piece, file))) {
		made.at = realloc(made.at, made.size + got);
		memcpy(made.at + made.size, piece, got);
		made.size += got;
	}
	if (file)
		fclose(file);
	return made;
}

static struct bytes tool_in(struct bytes file)
{
	static const char head[] = MAGIC "\2\0\0";
	struct payload *found = file.size ? memmem(file.at, file.size, head, sizeof head) : NULL;

	return found && found->size <= file.at + file.size - (uint8_t *)found ? (struct bytes){(void *)found, found->size} : (struct bytes){0};
}

static void add_parts(struct bytes tool)
{
	static const struct {
		const char *name;
		enum kind kind;
	} parts[] = {{"notes", JSON}, {"meta", JSON}, {"notes", NOTES}, {"object", OBJECT}};
	const struct payload *payload = (const void *)tool.at;
	const void *raw;
	uint32_t length;

	add_seed(PAYLOAD, tool.at, tool.size, tool);
	for (size_t at = 0; at < sizeof parts / sizeof *parts; at++) {
		size_t size = 0;
		const void *data = find_part(payload->parts, tool.at + payload->size, parts[at].name, &size);

		if (data && (parts[at].kind != NOTES || memmem(data, size, "\"parts\"", 7)))
			add_seed(parts[at].kind, data, size, tool);
	}
	open_tool(tool);
	if (rucy.btf) {
		raw = btf__raw_data(rucy.btf, &length);
		for (int share = 0; share < 4; share++) /* where there is most to find */
			add_seed(BTF, raw, length, tool);
		add_seed(RECORD, raw, length < 400 ? length : 400, tool);
	}
	close_tool();
}

static int by_name(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

static bool read_seeds(const char *folder)
{
	static const char *const formats[] = {"%d %5d|%-6d%06d\n", "%s %10s %-10s|%x%%\n", "%08x %s %d %d", "%.3d %+d %c %#x %5.2f"};
	struct dirent **files;
	int count = scandir(folder, &files, NULL, by_name);

	for (int at = 0; at < count; at++) {
		char path[4096];
		struct bytes file, tool;

		snprintf(path, sizeof path, "%s/%s", folder, files[at]->d_name);
		file = files[at]->d_name[0] == '.' || strchr(files[at]->d_name, '.') ? (struct bytes){0} : read_whole(path);
		tool = tool_in(file);
		if (tool.size)
			add_parts(tool);
		else if (file.size && file.size <= LARGEST)
			add_seed(ELF, file.at, file.size, tool);
		if (!tool.size) /* that one is what its seeds refer to */
			free(file.at);
		free(files[at]);
	}
	if (count >= 0)
		free(files);
	for (size_t at = 0; at < sizeof formats / sizeof *formats; at++)
		add_seed(FORMAT, formats[at], strlen(formats[at]), (struct bytes){0});
	return seed_count > sizeof formats / sizeof *formats;
}

/* ---- damage */

/* A number that means something where a length, an offset or a type is wanted. */
static uint32_t telling(void)
{
	static const uint32_t numbers[] = {0, 1, 2, 3, 4, 7, 8, 16, 64, 255, 256, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};

	return below(3) ? numbers[below(sizeof numbers / sizeof *numbers)] : below(2) ? below(300) : draw();
}

static void damage_words(uint8_t *bytes, size_t size, size_t from)
{
	size_t words = size > from + 4 ? (size - from) / 4 : 0, at;
	uint32_t number;

	if (!words)
		return;
	at = from + below(words) * 4;
	memcpy(&number, bytes + at, 4);
	switch (below(5)) {
	case 0: number = below(64); break;
	case 1: number += (int)below(9) - 4; break;
	case 2: number = telling(); break;
	case 3: number ^= 1u << below(32); break;
	case 4: memcpy(&number, bytes + from + below(words) * 4, 4); break;
	}
	memcpy(bytes + at, &number, 4);
}

static size_t damage_once(uint8_t *bytes, size_t size)
{
	static const char marks[] = "[]{}\",:0123456789eE.-+\\u% \0";
	size_t at = below(size), more;

	if (!size)
		return 0;
	switch (below(8)) {
	case 0: bytes[at] ^= 1 << below(8); break;
	case 1: bytes[at] = draw(); break;
	case 2: bytes[at] = marks[below(sizeof marks)]; break;
	case 3: damage_words(bytes, size, 0); break;
	case 4: damage_words(bytes, size < 256 ? size : 256, 0); break; /* heads are where the lengths are */
	case 5:
		more = below(size - at < 64 ? size - at : 64);
		memmove(bytes + at, bytes + below(size - more), more);
		break;
	case 6:
		more = below(size - at < 16 ? size - at : 16);
		memmove(bytes + at, bytes + at + more, size - at - more);
		return size - more;
	case 7: return below(8) ? size : at;
	}
	return size;
}

/* An ELF file's headers and the table of sections, which lie apart. */
static void damage_elf(uint8_t *bytes, size_t size)
{
	uint64_t sections;

	if (size < 64)
		return;
	memcpy(&sections, bytes + 40, 8);
	switch (below(3)) {
	case 0: damage_words(bytes, size < 1024 ? size : 1024, 16); break;
	case 1: damage_words(bytes, size, sections < size ? sections : 64); break;
	case 2: damage_words(bytes, size, 64); break;
	}
}

static size_t damage(const struct seed *seed, uint8_t *bytes)
{
	size_t size = seed->data.size, times = 1 + below(below(4) ? 4 : 24);

	while (times--)
		if (seed->kind == BTF && below(16))
			damage_words(bytes, size, size > 24 ? 24 : 0);
		else if ((seed->kind == ELF || seed->kind == OBJECT) && below(8))
			damage_elf(bytes, size);
		else
			size = damage_once(bytes, size);
	return size;
}

/* ---- runs */

struct shared {
	uint64_t number;	/* of the input that is looked at */
};

static uint8_t *input(uint64_t number, const struct seed **seed, size_t *size)
{
	uint8_t *bytes;

	chance = number * 0x2545f4914f6cdd1d;
	*seed = &seeds[below(seed_count)];
	bytes = exact((*seed)->data.at, (*seed)->data.size);
	*size = damage(*seed, bytes);
	return bytes;
}

static void run_some(uint64_t first, uint64_t last, volatile struct shared *shared)
{
	for (uint64_t number = first; number < last; number++) {
		const struct seed *seed;
		size_t size;
		uint8_t *bytes = input(number, &seed, &size);

		shared->number = number;
		alarm(LONGEST);
		try(seed->kind, bytes, size, seed->tool);
		free(bytes);
	}
	alarm(0);
	exit(0); /* looks for leaks */
}

static void keep(const char *folder, uint64_t number)
{
	const struct seed *seed;
	size_t size;
	uint8_t *bytes = input(number, &seed, &size);
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%llu.%s", folder, (unsigned long long)number, kind_names[seed->kind]);
	fprintf(stderr, "fuzz: input %llu: %s\n", (unsigned long long)number, path);
	file = fopen(path, "we");
	if (file) {
		fwrite(bytes, 1, size, file);
		fclose(file);
	}
	free(bytes);
}

static int run_numbers(const char *folder, uint64_t first, uint64_t count, double seconds, int out)
{
	struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t number = first, last = first + count;
	time_t end = time(NULL) + seconds;
	int found = 0;

	while (number < last && time(NULL) < end) {
		uint64_t behind = number + BATCH < last ? number + BATCH : last;
		int status = 0;
		pid_t child = fork();

		if (!child)
			run_some(number, behind, shared);
		waitpid(child, &status, 0);
		number = behind;
		if (status) {
			fprintf(stderr, "fuzz: %s %d\n", WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
			keep(folder, shared->number);
			number = shared->number + 1;
			found++;
		}
	}
	dprintf(out, "%llu inputs, %d findings\n", (unsigned long long)(number - first), found);
	return found != 0;
}

/* A file that is given as it is, without a tool. */
static bool run_file(const char *path)
{
	const char *ending = strrchr(path, '.');
	struct bytes data = read_whole(path);

	for (int kind = 0; kind < KINDS; kind++)
		if (ending && !strcmp(ending + 1, kind_names[kind])) {
			try(kind, data.at, data.size, (struct bytes){0});
			free(data.at);
			return true;
		}
	fprintf(stderr, "fuzz: `%s` is of no kind\n", path);
	return false;
}

int main(int count, char **words)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC), out = dup(1);

	dup2(nowhere, 1);
	start();
	if (count == 5 && !strchr(words[2], '.')) {
		if (!read_seeds(words[1])) {
			fprintf(stderr, "fuzz: there is no seed in `%s`\n", words[1]);
			return 2;
		}
		return run_numbers(words[1], strtoull(words[2], NULL, 10), strtoull(words[3], NULL, 10), atof(words[4]), out);
	}
	for (int at = 1; at < count; at++)
		if (!run_file(words[at]))
			return 2;
	return 0;
}
