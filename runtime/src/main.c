/* The executable: finds the tool that was put into it, and hands it to the Ruby library.
 *
 * The payload lies in a segment of its own, which `rucy build` adds: the kernel maps it with the rest, so that neither /proc
 * nor the file is needed to find it, and since it is loaded, `strip` leaves it alone. A note keeps a place for it in the table
 * of segments. See payload.h and src/rucy/bundle.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <mruby/compile.h>
#include <mruby/dump.h>
#include <mruby/irep.h>

#include "payload.h"
#include "rucy.h"

struct rucy rucy;
static const struct payload *payload_here;

const void *payload_part(const char *name, size_t *size)
{
	const struct payload *payload = payload_here;

	return payload ? find_part(payload->parts, (uint8_t *)payload + payload->size, name, size) : NULL;
}

static mrb_value payload(mrb_state *mrb, mrb_value self)
{
	const char *name;
	const void *data;
	size_t size;

	mrb_get_args(mrb, "z", &name);
	data = payload_part(name, &size);
	return data ? mrb_str_new(mrb, data, size) : mrb_nil_value();
}

static mrb_value parse_json(mrb_state *mrb, mrb_value self)
{
	mrb_value text = mrb_get_arg1(mrb);

	return json_parse(mrb, RSTRING_PTR(text), RSTRING_LEN(text));
}

mrb_noreturn void fail(mrb_state *mrb, int status, const char *format, ...)
{
	char text[512];
	va_list arguments;
	mrb_value failure;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	failure = mrb_exc_new_str(mrb, rucy.failure, mrb_str_new_cstr(mrb, text));
	mrb_iv_set(mrb, failure, mrb_intern_lit(mrb, "@status"), mrb_fixnum_value(status));
	mrb_exc_raise(mrb, failure);
}

/* At the top level, wherever it is asked for. */
static void run_code(mrb_state *mrb, const struct code *code)
{
	mrb_sym *names = mrb_malloc(mrb, code->name_count * sizeof *names);
	struct RProc *proc;

	for (uint32_t at = 0; at < code->name_count; at++) {
		const struct word *name = &code->names[at];

		names[at] = name->name ? mrb_intern_static(mrb, name->name, strlen(name->name)) : name->known;
	}
	for (uint32_t at = 0; at < code->count; at++)
		code->symbols[at] = names[code->which[at]];
	mrb_free(mrb, names);
	proc = mrb_proc_new(mrb, code->top->body.irep);
	MRB_PROC_SET_TARGET_CLASS(proc, mrb->object_class);
	mrb_top_run(mrb, proc, mrb_top_self(mrb), 0);
}

/* Rucy.load_part(name): was there one that had not been read yet? */
static mrb_value load_part(mrb_state *mrb, mrb_value self)
{
	static bool read[32];
	const char *name;

	mrb_get_args(mrb, "z", &name);
	for (int at = 1; rucy_parts[at].name && at < 32; at++) {
		if (strcmp(rucy_parts[at].name, name) || read[at])
			continue;
		read[at] = true;
		run_code(mrb, rucy_parts[at].code);
		return mrb_true_value();
	}
	return mrb_false_value();
}

/* Rucy.parts: the names that load_part takes */
static mrb_value part_names(mrb_state *mrb, mrb_value self)
{
	mrb_value names = mrb_ary_new(mrb);

	for (int at = 1; rucy_parts[at].name; at++)
		mrb_ary_push(mrb, names, mrb_str_new_cstr(mrb, rucy_parts[at].name));
	return names;
}

/* ---- the program */

/* Rucy.compile(text, file): a Proc of the whole file, or its first syntax error as [line, text] */
static mrb_value compile(mrb_state *mrb, mrb_value self)
{
	const char *text, *file;
	mrb_int size;
	mrb_value made;
	mrb_ccontext *context = mrb_ccontext_new(mrb);
	struct mrb_parser_state *parser;

	mrb_get_args(mrb, "sz", &text, &size, &file);
	mrb_ccontext_filename(mrb, context, file);
	context->capture_errors = true;
	context->no_optimize = false;
	parser = mrb_parse_nstring(mrb, text, size, context);
	if (!parser)
		fail(mrb, 70, "there is not enough memory for the program");
	if (parser->nerr) {
		made = mrb_assoc_new(mrb, mrb_fixnum_value(parser->error_buffer[0].lineno),
				     mrb_str_new_cstr(mrb, parser->error_buffer[0].message ? parser->error_buffer[0].message : "syntax error"));
	} else {
		struct RProc *proc = mrb_generate_code(mrb, parser);

		proc->c = mrb->proc_class; /* left out by the code generator: it is not meant to be an object of Ruby */
		made = mrb_obj_value(proc);
	}
	mrb_parser_free(parser);
	mrb_ccontext_free(mrb, context);
	return made;
}

/* Rucy.run(proc): as the file's top level */
static mrb_value run(mrb_state *mrb, mrb_value self)
{
	mrb_value program = mrb_get_arg1(mrb);
	struct RProc *proc = mrb_proc_ptr(program);

	MRB_PROC_SET_TARGET_CLASS(proc, mrb->object_class);
	return mrb_top_run(mrb, proc, mrb_top_self(mrb), 0);
}

extern void mrb_init_mrbgems(mrb_state *mrb); /* mruby's own, which none of its headers has */

static mrb_value init_gems(mrb_state *mrb, void *data)
{
	mrb_init_mrbgems(mrb);
	return mrb_nil_value();
}

static void print_exception(mrb_state *mrb)
{
	mrb_value text = mrb_funcall(mrb, mrb_obj_value(mrb->exc), "inspect", 0);

	fprintf(stderr, "rucy: this is a bug in rucy's runtime: %s\n", mrb_string_p(text) ? RSTRING_PTR(text) : "?");
}

/* The word that a map is declared by, as it was called: Rucy::Map.declare(word, arguments, named, block) */
static mrb_value declare(mrb_state *mrb, mrb_value self)
{
	mrb_sym word = mrb->c->ci->mid;
	mrb_value named, block, given[4];
	const mrb_value *all;
	mrb_int count;
	struct RClass *map = mrb_class_get_under(mrb, rucy.module, "Map");

	mrb_get_args(mrb, "*:&", &all, &count, &(mrb_kwargs){.rest = &named}, &block);
	given[0] = mrb_sym_str(mrb, word);
	given[1] = mrb_ary_new_from_values(mrb, count, all);
	given[2] = named;
	given[3] = block;
	return mrb_funcall_argv(mrb, mrb_obj_value(map), mrb_intern_lit(mrb, "declare"), 4, given);
}

/* Rucy.declare_by(object, words): each is a method of that object alone */
static mrb_value declare_by(mrb_state *mrb, mrb_value self)
{
	mrb_value object, words;

	mrb_get_args(mrb, "oA", &object, &words);
	for (mrb_int at = 0; at < RARRAY_LEN(words); at++)
		mrb_define_singleton_method(mrb, mrb_obj_ptr(object), RSTRING_CSTR(mrb, RARRAY_PTR(words)[at]), declare, MRB_ARGS_ANY());
	return mrb_nil_value();
}

static int keep_constant(mrb_state *mrb, mrb_sym name, mrb_value value, void *found)
{
	mrb_value *pair = found;

	if (mrb_obj_is_kind_of(mrb, value, mrb_class_ptr(pair[0])))
		mrb_hash_set(mrb, pair[1], mrb_sym_str(mrb, name), value);
	return 0;
}

/* Rucy.constants_of(class): name => value of the top level's constants that are objects of a class */
static mrb_value constants_of(mrb_state *mrb, mrb_value self)
{
	mrb_value pair[] = {mrb_get_arg1(mrb), mrb_hash_new(mrb)};

	mrb_iv_foreach(mrb, mrb_obj_value(mrb->object_class), keep_constant, pair);
	return pair[1];
}

/* Nothing that the start makes becomes garbage worth looking for: see collect. */
static mrb_state *open_without_collecting(void)
{
	mrb_state *mrb = mrb_open_core(allocate, NULL);
	mrb_bool failed = false;

	if (!mrb)
		return NULL;
	mrb->gc.disabled = true;
	mrb_protect_error(mrb, init_gems, NULL, &failed);
	mrb_gc_arena_restore(mrb, 0);
	return failed ? NULL : mrb;
}

/* Rucy.collect: from now on, first when there are as many objects again as a program makes until it waits */
static mrb_value collect(mrb_state *mrb, mrb_value self)
{
	mrb->gc.disabled = false;
	mrb->gc.threshold = mrb->gc.live + 4096;
	return mrb_nil_value();
}

/* The interpreter with all that the runtime gives it; NULL where there is no memory for it. */
static mrb_state *open_runtime(void)
{
	mrb_state *mrb = open_without_collecting();

	if (!mrb)
		return NULL;
	rucy.module = mrb_define_module(mrb, "Rucy");
	rucy.failure = mrb_define_class_under(mrb, rucy.module, "Failure", E_STANDARD_ERROR);
	mrb_define_class_under(mrb, rucy.module, "MapError", E_STANDARD_ERROR);
	mrb_define_class_under(mrb, rucy.module, "BrokenPipe", E_STANDARD_ERROR);
	mrb_define_class_method(mrb, rucy.module, "payload", payload, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "load_part", load_part, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "parts", part_names, MRB_ARGS_NONE());
	mrb_define_class_method(mrb, rucy.module, "json", parse_json, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "compile", compile, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, rucy.module, "run", run, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "declare_by", declare_by, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, rucy.module, "constants_of", constants_of, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "collect", collect, MRB_ARGS_NONE());
	init_host(mrb);
	init_printing(mrb);
	init_values(mrb);
	init_object(mrb);
	init_maps(mrb);
	init_rings(mrb);
	init_names(mrb);
	init_refusals(mrb);
	init_symbols(mrb);
	run_code(mrb, rucy_parts[0].code);
	return mrb;
}

/* The numbers of standard input and output stay theirs where the tool is started without them: what it opens must not get them. */
static void keep_standard_numbers(void)
{
	for (int number = 0; number < 3; number++)
		if (fcntl(number, F_GETFD) < 0)
			(void)!open("/", O_PATH | O_CLOEXEC); /* neither read nor written */
}

static const char *last_part(const char *word)
{
	const char *name = strrchr(word, '/');

	return name ? name + 1 : word;
}

int main(int count, char **words)
{
	const char *name = count ? last_part(words[0]) : "rucy";
	mrb_state *mrb;
	mrb_value arguments, status;

	keep_standard_numbers();
	payload_here = find_payload(name);
	mrb = open_runtime();
	if (!strncmp((const char *)getauxval(AT_EXECFN), "/dev/fd/", 8)) /* run from memory: it has a number for a name */
		prctl(PR_SET_NAME, name);
	if (!mrb) {
		fputs("rucy: there is not enough memory\n", stderr);
		return 70;
	}
	arguments = mrb_ary_new(mrb);
	for (int at = 0; at < count; at++)
		mrb_ary_push(mrb, arguments, mrb_str_new_cstr(mrb, words[at]));
	status = mrb->exc ? mrb_nil_value() : mrb_funcall(mrb, mrb_obj_value(rucy.module), "main", 1, arguments);
	if (mrb->exc)
		print_exception(mrb);
	output_flush();
	_exit(mrb->exc ? 70 : mrb_integer_p(status) ? mrb_integer(status) : 0);
}
