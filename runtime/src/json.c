/* JSON as the compiler's notes are written in. A document that is no JSON raises; nesting is limited, so that none can
 * exhaust the stack. */
#include <stdlib.h>
#include <string.h>

#include "rucy.h"

#define DEEPEST 64

struct input {
	mrb_state *mrb;
	const char *at, *end;
	int depth;
};

static mrb_value parse_value(struct input *in);

static mrb_noreturn void damaged(struct input *in)
{
	fail(in->mrb, 70, "the tool's notes are damaged");
}

static char next(struct input *in)
{
	while (in->at < in->end && *in->at && strchr(" \t\r\n", *in->at))
		in->at++;
	return in->at < in->end ? *in->at : 0;
}

static void expect(struct input *in, char c)
{
	if (next(in) != c)
		damaged(in);
	in->at++;
}

static unsigned hex4(struct input *in)
{
	char digits[5] = {0};

	if (in->end - in->at < 4)
		damaged(in);
	memcpy(digits, in->at, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		damaged(in);
	in->at += 4;
	return strtoul(digits, NULL, 16);
}

static int put_utf8(unsigned code, char *out)
{
	if (code < 0x80)
		return out[0] = code, 1;
	if (code < 0x800)
		return out[0] = 0xc0 | code >> 6, out[1] = 0x80 | (code & 63), 2;
	if (code < 0x10000)
		return out[0] = 0xe0 | code >> 12, out[1] = 0x80 | (code >> 6 & 63), out[2] = 0x80 | (code & 63), 3;
	out[0] = 0xf0 | code >> 18, out[1] = 0x80 | (code >> 12 & 63);
	out[2] = 0x80 | (code >> 6 & 63), out[3] = 0x80 | (code & 63);
	return 4;
}

static void parse_escape(struct input *in, mrb_value text)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *found;
	unsigned code;
	char bytes[4];

	if (in->at == in->end)
		damaged(in);
	if (*in->at == 'u') {
		in->at++;
		code = hex4(in);
		if (code >= 0xd800 && code < 0xdc00 && in->end - in->at >= 6 && in->at[0] == '\\' && in->at[1] == 'u') {
			in->at += 2;
			code = 0x10000 + ((code & 0x3ff) << 10) + (hex4(in) & 0x3ff);
		}
		mrb_str_cat(in->mrb, text, bytes, put_utf8(code, bytes));
		return;
	}
	found = *in->at ? strchr(letters, *in->at) : NULL;
	if (!found)
		damaged(in);
	mrb_str_cat(in->mrb, text, meant + (found - letters), 1);
	in->at++;
}

static mrb_value parse_string(struct input *in)
{
	mrb_value text = mrb_str_new_lit(in->mrb, "");
	const char *from;

	expect(in, '"');
	for (;;) {
		for (from = in->at; in->at < in->end && *in->at != '"' && *in->at != '\\';)
			in->at++;
		mrb_str_cat(in->mrb, text, from, in->at - from);
		if (in->at == in->end)
			damaged(in);
		if (*in->at++ == '"')
			return text;
		parse_escape(in, text);
	}
}

static mrb_value parse_number(struct input *in)
{
	const char *from = in->at;
	mrb_value text;

	while (in->at < in->end && *in->at && strchr("+-.0123456789eE", *in->at))
		in->at++;
	if (in->at == from)
		damaged(in);
	text = mrb_str_new(in->mrb, from, in->at - from);
	if (memchr(from, '.', in->at - from) || memchr(from, 'e', in->at - from) || memchr(from, 'E', in->at - from))
		return mrb_float_value(in->mrb, strtod(RSTRING_CSTR(in->mrb, text), NULL));
	return mrb_str_to_inum(in->mrb, text, 10, false);
}

static mrb_value parse_array(struct input *in)
{
	mrb_value array = mrb_ary_new(in->mrb);
	int arena = mrb_gc_arena_save(in->mrb);

	expect(in, '[');
	if (next(in) == ']')
		return in->at++, array;
	for (;;) {
		mrb_ary_push(in->mrb, array, parse_value(in));
		mrb_gc_arena_restore(in->mrb, arena);
		if (next(in) == ']')
			return in->at++, array;
		expect(in, ',');
	}
}

static mrb_value parse_hash(struct input *in)
{
	mrb_value hash = mrb_hash_new(in->mrb), name;
	int arena = mrb_gc_arena_save(in->mrb);

	expect(in, '{');
	if (next(in) == '}')
		return in->at++, hash;
	for (;;) {
		next(in);
		name = parse_string(in);
		expect(in, ':');
		mrb_hash_set(in->mrb, hash, name, parse_value(in));
		mrb_gc_arena_restore(in->mrb, arena);
		if (next(in) == '}')
			return in->at++, hash;
		expect(in, ',');
	}
}

static bool word(struct input *in, const char *text)
{
	size_t size = strlen(text);

	if ((size_t)(in->end - in->at) < size || memcmp(in->at, text, size))
		return false;
	in->at += size;
	return true;
}

static mrb_value parse_value(struct input *in)
{
	mrb_value made;

	if (++in->depth > DEEPEST)
		damaged(in);
	switch (next(in)) {
	case '{': made = parse_hash(in); break;
	case '[': made = parse_array(in); break;
	case '"': made = parse_string(in); break;
	default:
		if (word(in, "true"))
			made = mrb_true_value();
		else if (word(in, "false"))
			made = mrb_false_value();
		else if (word(in, "null"))
			made = mrb_nil_value();
		else
			made = parse_number(in);
	}
	in->depth--;
	return made;
}

mrb_value json_parse(mrb_state *mrb, const char *text, size_t size)
{
	struct input in = {mrb, text, text + size, 0};
	mrb_value made = parse_value(&in);

	next(&in);
	if (in.at != in.end)
		damaged(&in);
	return made;
}
