/* puts and printf without the way through Ruby: a tool that prints a line for each record spends its time here. */
#include <string.h>

#include "rucy.h"

struct line {
	char text[1024];
	size_t size;
};

static bool add(struct line *line, const char *text, size_t size)
{
	if (size > sizeof line->text - line->size)
		return false;
	memcpy(line->text + line->size, text, size);
	line->size += size;
	return true;
}

static bool pad(struct line *line, char with, int count)
{
	while (count-- > 0)
		if (!add(line, &with, 1))
			return false;
	return true;
}

/* Digits from the end of `digits`; how many there are. */
static int digits_of(uint64_t number, unsigned base, char *end)
{
	char *at = end;

	do
		*--at = "0123456789abcdef"[number % base];
	while (number /= base);
	return end - at;
}

struct spec {
	char letter;
	bool left, zero;
	int width;
};

/* %s; false where the text has to be looked at more closely: a width counts characters. */
static bool convert_text(struct line *line, struct spec spec, const char *text, size_t size)
{
	if (spec.letter != 's')
		return false;
	if (spec.width)
		for (size_t at = 0; at < size; at++)
			if (text[at] & 0x80)
				return false;
	return (spec.left || pad(line, ' ', spec.width - (int)size)) && add(line, text, size) &&
	       (!spec.left || pad(line, ' ', spec.width - (int)size));
}

/* %d, %s and %x of a number's amount. */
static bool convert_number(struct line *line, struct spec spec, uint64_t amount, bool negative)
{
	char digits[24];
	bool zero = spec.zero && !spec.left && spec.letter != 's';
	int size, width;

	if (spec.letter != 'd' && spec.letter != 's' && (spec.letter != 'x' || negative))
		return false;
	size = digits_of(amount, spec.letter == 'x' ? 16 : 10, digits + sizeof digits);
	width = spec.width - size - negative;
	return (spec.left || zero || pad(line, ' ', width)) && (!negative || add(line, "-", 1)) && (!zero || pad(line, '0', width)) &&
	       add(line, digits + sizeof digits - size, size) && (!spec.left || pad(line, ' ', width));
}

static bool convert_signed(struct line *line, struct spec spec, int64_t number)
{
	return convert_number(line, spec, number < 0 ? -(uint64_t)number : (uint64_t)number, number < 0);
}

static bool convert(struct line *line, struct spec spec, mrb_value value)
{
	if (mrb_string_p(value))
		return convert_text(line, spec, RSTRING_PTR(value), RSTRING_LEN(value));
	return mrb_integer_p(value) && convert_signed(line, spec, mrb_integer(value));
}

/* Flags, width and letter of a conversion, of which the percent sign has been read. False for anything but `-`, `0`, a width. */
static bool read_spec(const char **format, const char *end, struct spec *spec)
{
	const char *at = *format;

	*spec = (struct spec){0};
	for (; at < end && (*at == '-' || *at == '0'); at++)
		*at == '-' ? (spec->left = true) : (spec->zero = true);
	while (at < end && *at >= '0' && *at <= '9' && spec->width < 1000)
		spec->width = spec->width * 10 + *at++ - '0';
	if (at == end)
		return false;
	spec->letter = *at++;
	*format = at;
	return true;
}

static bool format_simply(struct line *line, const char *format, const char *end, const mrb_value *values, mrb_int count)
{
	struct spec spec;

	while (format < end) {
		const char *percent = memchr(format, '%', end - format);

		if (!add(line, format, (percent ? percent : end) - format))
			return false;
		if (!percent)
			break;
		format = percent + 1;
		if (!read_spec(&format, end, &spec) || !count-- || !convert(line, spec, *values++))
			return false;
	}
	return !count;
}

static mrb_value print_formatted(mrb_state *mrb, mrb_value self)
{
	struct line line = {.size = 0};
	const mrb_value *values;
	mrb_value text;
	mrb_int count;

	mrb_get_args(mrb, "*!", &values, &count);
	if (count && mrb_string_p(values[0]) &&
	    format_simply(&line, RSTRING_PTR(values[0]), RSTRING_PTR(values[0]) + RSTRING_LEN(values[0]), values + 1, count - 1)) {
		output_line(mrb, line.text, line.size);
		return mrb_nil_value();
	}
	text = mrb_funcall_argv(mrb, self, mrb_intern_lit(mrb, "format"), count, values);
	output_line(mrb, RSTRING_PTR(text), RSTRING_LEN(text));
	return mrb_nil_value();
}

static void put_line(mrb_state *mrb, mrb_value value, int depth)
{
	int arena = mrb_gc_arena_save(mrb);

	if (mrb_array_p(value) && depth < 64) {
		for (mrb_int at = 0; at < RARRAY_LEN(value); at++)
			put_line(mrb, RARRAY_PTR(value)[at], depth + 1);
		return;
	}
	if (!mrb_string_p(value))
		value = mrb_obj_as_string(mrb, value);
	output_write(RSTRING_PTR(value), RSTRING_LEN(value));
	if (!RSTRING_LEN(value) || RSTRING_PTR(value)[RSTRING_LEN(value) - 1] != '\n')
		output_write("\n", 1);
	mrb_gc_arena_restore(mrb, arena);
}

static mrb_value print_lines(mrb_state *mrb, mrb_value self)
{
	const mrb_value *values;
	mrb_int count;

	mrb_get_args(mrb, "*", &values, &count); /* a copy: what `to_s` runs may move the stack */
	for (mrb_int at = 0; at < count; at++)
		put_line(mrb, values[at], 0);
	output_line(mrb, "\n", !count);
	return mrb_nil_value();
}

/* ---- output of the kernel half: a record and its format's pieces */

#define MOST_PIECES 64

/* A hole: [kind, offset, size, offset of the byte that says whether it is nil or nil, conversion]; false: Ruby has to do it. */
static bool fill_hole(mrb_state *mrb, struct line *line, const mrb_value *hole, const uint8_t *record, mrb_int size)
{
	const char *kind, *format;
	mrb_int at, length;
	struct spec spec;
	uint64_t number;

	if (!mrb_string_p(hole[0]) || !mrb_integer_p(hole[1]) || !mrb_integer_p(hole[2]) || !mrb_nil_p(hole[3]) || !mrb_string_p(hole[4]))
		return false;
	kind = RSTRING_PTR(hole[0]), format = RSTRING_PTR(hole[4]) + (RSTRING_LEN(hole[4]) > 0);
	at = mrb_integer(hole[1]), length = mrb_integer(hole[2]);
	if (at < 0 || length < 0 || at > size || length > size - at)
		return false;
	if (!read_spec(&format, RSTRING_PTR(hole[4]) + RSTRING_LEN(hole[4]), &spec) || format != RSTRING_PTR(hole[4]) + RSTRING_LEN(hole[4]))
		return false;
	if (!strcmp(kind, "text"))
		return convert_text(line, spec, (const char *)record + at, strnlen((const char *)record + at, length));
	if ((strcmp(kind, "u64") && strcmp(kind, "i64")) || length < 8)
		return false;
	memcpy(&number, record + at, 8);
	return kind[0] == 'u' ? convert_number(line, spec, number, false) : convert_signed(line, spec, number);
}

/* Rucy.render(pieces, record): writes the record, if all its pieces are simple. A piece: [text or a hole, parts of a line that it
 * ends]; behind such a line comes a newline unless it has one. */
static mrb_value render(mrb_state *mrb, mrb_value self)
{
	struct line line = {.size = 0};
	size_t starts[MOST_PIECES];
	mrb_value pieces, record;

	mrb_get_args(mrb, "AS", &pieces, &record);
	if (RARRAY_LEN(pieces) > MOST_PIECES)
		return mrb_false_value();
	for (mrb_int at = 0; at < RARRAY_LEN(pieces); at++) {
		const mrb_value *piece = RARRAY_PTR(RARRAY_PTR(pieces)[at]);
		mrb_int ends = mrb_integer_p(piece[1]) ? mrb_integer(piece[1]) : 0;

		starts[at] = line.size;
		if (mrb_string_p(piece[0]) ? !add(&line, RSTRING_PTR(piece[0]), RSTRING_LEN(piece[0]))
					   : !fill_hole(mrb, &line, RARRAY_PTR(piece[0]), (uint8_t *)RSTRING_PTR(record), RSTRING_LEN(record)))
			return mrb_false_value();
		if (ends > 0 && ends <= at + 1 && (line.size == starts[at + 1 - ends] || line.text[line.size - 1] != '\n'))
			if (!add(&line, "\n", 1))
				return mrb_false_value();
	}
	output_line(mrb, line.text, line.size);
	return mrb_true_value();
}

/* How long the character at `at` is, in UTF-8; 0 of what is none. */
static int character(const uint8_t *at, const uint8_t *end)
{
	int size = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;

	if (size > end - at)
		return 0;
	for (int more = 1; more < size; more++)
		if ((at[more] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* Rucy.printable?(text): is it UTF-8 without characters that control a terminal? */
static mrb_value is_printable(mrb_state *mrb, mrb_value self)
{
	mrb_value text = mrb_get_arg1(mrb);
	const uint8_t *at = (uint8_t *)RSTRING_PTR(text), *end = at + RSTRING_LEN(text);

	while (at < end) {
		int size = character(at, end);

		if (!size || *at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0))
			return mrb_false_value();
		at += size;
	}
	return mrb_true_value();
}

void init_printing(mrb_state *mrb)
{
	mrb_define_module_function(mrb, mrb->kernel_module, "printf", print_formatted, MRB_ARGS_ANY());
	mrb_define_class_method(mrb, rucy.module, "render", render, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, rucy.module, "printable?", is_printable, MRB_ARGS_REQ(1));
	mrb_define_module_function(mrb, mrb->kernel_module, "puts", print_lines, MRB_ARGS_ANY());
}
