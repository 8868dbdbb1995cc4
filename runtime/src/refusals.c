/* What a refusal of the kernel's verifier is explained with: expressions, and the lines that the object has for a program. */
#include <errno.h>
#include <gelf.h>
#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "rucy.h"

/* Rucy.match(pattern, text): what an extended regular expression of POSIX finds first in a text, and its groups, "" for one
 * that took no part; nil when it finds nothing. The last pattern is kept: texts are often looked at by the same one. */
static mrb_value match(mrb_state *mrb, mrb_value self)
{
	static regex_t compiled;
	static char kept[1024];
	regmatch_t found[10];
	const char *pattern, *text;
	mrb_value groups;

	mrb_get_args(mrb, "zz", &pattern, &text);
	if (!kept[0] || strcmp(pattern, kept)) {
		if (kept[0])
			regfree(&compiled);
		kept[0] = 0;
		if (strlen(pattern) >= sizeof kept || regcomp(&compiled, pattern, REG_EXTENDED))
			fail(mrb, 70, "`%s` is no expression", pattern);
		strcpy(kept, pattern);
	}
	if (regexec(&compiled, text, 10, found, 0))
		return mrb_nil_value();
	groups = mrb_ary_new(mrb);
	for (size_t at = 0; at <= compiled.re_nsub && at < 10; at++) {
		size_t size = found[at].rm_so < 0 ? 0 : found[at].rm_eo - found[at].rm_so;

		mrb_ary_push(mrb, groups, mrb_str_new(mrb, size ? text + found[at].rm_so : "", size));
	}
	return groups;
}

/* ---- lines: .BTF.ext of the object as it lies in the tool, since libbpf lets go of its own when it cannot load */

struct function {
	uint64_t offset, size; /* bytes in its section */
	const char *section;
};

static Elf_Scn *find_section(Elf *elf, size_t names, const char *name, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		const char *found = gelf_getshdr(section, header) ? elf_strptr(elf, names, header->sh_name) : NULL;

		if (found && !strcmp(found, name))
			return section;
	}
	return NULL;
}

static bool find_function(Elf *elf, size_t names, const char *name, struct function *function)
{
	GElf_Shdr header;
	GElf_Sym symbol;
	Elf_Scn *section = find_section(elf, names, ".symtab", &header);
	Elf_Data *table = section ? elf_getdata(section, NULL) : NULL;

	for (int at = 0; table && gelf_getsym(table, at, &symbol); at++) {
		const char *found = elf_strptr(elf, header.sh_link, symbol.st_name);
		GElf_Shdr own;

		if (!found || strcmp(found, name) || GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
			continue;
		if (!gelf_getshdr(elf_getscn(elf, symbol.st_shndx), &own))
			return false;
		*function = (struct function){symbol.st_value, symbol.st_size, elf_strptr(elf, names, own.sh_name)};
		return function->section != NULL;
	}
	return false;
}

static mrb_value text_at(mrb_state *mrb, uint32_t offset)
{
	const char *text = btf__name_by_offset(rucy.btf, offset);

	return mrb_str_new_cstr(mrb, text ? text : "");
}

static void push_line(mrb_state *mrb, mrb_value lines, uint64_t index, const struct bpf_line_info *line)
{
	mrb_value row[] = {
		mrb_int_value(mrb, index), text_at(mrb, line->file_name_off), mrb_fixnum_value(line->line_col >> 10),
		text_at(mrb, line->line_off),
	};

	mrb_ary_push(mrb, lines, mrb_ary_new_from_values(mrb, 4, row));
}

/* uapi's btf_ext_header has no place in libbpf's public headers */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t size, functions, functions_size, lines, lines_size;
};

static void push_lines(mrb_state *mrb, mrb_value own, mrb_value others, const uint8_t *at, const uint8_t *end,
		       const struct function *function)
{
	uint32_t size, head[2];

	if (end - at < 4)
		return;
	memcpy(&size, at, 4);
	at += 4;
	while (size >= sizeof(struct bpf_line_info) && end - at >= 8) {
		memcpy(head, at, 8); /* the name of a section, and how many lines it has */
		at += 8;
		const char *section = btf__name_by_offset(rucy.btf, head[0]);

		for (; head[1] && end - at >= size; head[1]--, at += size) {
			struct bpf_line_info line;

			memcpy(&line, at, sizeof line);
			if (section && !strcmp(section, function->section) && line.insn_off >= function->offset &&
			    line.insn_off < function->offset + function->size)
				push_line(mrb, own, (line.insn_off - function->offset) / 8, &line);
			else if (section && !strcmp(section, ".text"))
				push_line(mrb, others, 0, &line);
		}
	}
}

/* Rucy.lines(program, part with the object): [how many instructions it has of its own, its lines, those of methods], each line as [index of its first
 * instruction, file, number, text]; of methods the index is libbpf's secret, and 0 here. nil where the object has none. */
static mrb_value lines(mrb_state *mrb, mrb_value self)
{
	mrb_value found[3] = {mrb_nil_value(), mrb_ary_new(mrb), mrb_ary_new(mrb)};
	struct function function;
	struct ext_header header;
	const char *name, *part;
	size_t size, names;
	const void *object;
	Elf *elf;

	mrb_get_args(mrb, "zz", &name, &part);
	object = payload_part(part, &size);
	elf_version(EV_CURRENT);
	elf = object && rucy.btf ? elf_memory((char *)object, size) : NULL;
	if (elf && !elf_getshdrstrndx(elf, &names) && find_function(elf, names, name, &function)) {
		GElf_Shdr section;
		Elf_Scn *ext = find_section(elf, names, ".BTF.ext", &section);
		Elf_Data *data = ext ? elf_getdata(ext, NULL) : NULL;

		if (data && data->d_size >= sizeof header) {
			const uint8_t *bytes = data->d_buf;

			memcpy(&header, bytes, sizeof header);
			if ((uint64_t)header.size + header.lines + header.lines_size <= data->d_size) {
				bytes += header.size + header.lines;
				push_lines(mrb, found[1], found[2], bytes, bytes + header.lines_size, &function);
				found[0] = mrb_int_value(mrb, function.size / 8);
			}
		}
	}
	elf_end(elf);
	return mrb_nil_p(found[0]) ? found[0] : mrb_ary_new_from_values(mrb, 3, found);
}

/* Rucy.pinned(path): what map is pinned there, as [kind, size of its keys, of its values, entries]; nil where nobody tells */
static mrb_value pinned(mrb_state *mrb, mrb_value self)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof info;
	const char *path;
	int map;

	mrb_get_args(mrb, "z", &path);
	map = bpf_obj_get(path);
	if (map < 0)
		return mrb_nil_value();
	bool told = !bpf_map_get_info_by_fd(map, &info, &size);
	close(map);
	const char *kind = told ? libbpf_bpf_map_type_str(info.type) : NULL;
	if (!kind)
		return mrb_nil_value();
	mrb_value row[] = {
		mrb_str_new_cstr(mrb, kind), mrb_int_value(mrb, info.key_size), mrb_int_value(mrb, info.value_size),
		mrb_int_value(mrb, info.max_entries),
	};
	return mrb_ary_new_from_values(mrb, 4, row);
}

void init_refusals(mrb_state *mrb)
{
	mrb_define_class_method(mrb, rucy.module, "match", match, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, rucy.module, "lines", lines, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, rucy.module, "pinned", pinned, MRB_ARGS_REQ(1));
}
