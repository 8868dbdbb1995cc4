/* Bytes of the kernel <-> values of Ruby, by the object's own BTF.
 *
 * An integer is an Integer (true or false where it is a bool), an array an Array, an array of char a String up to its first
 * NUL, a struct or union a record, a pointer an Integer, an enumerator its name. A typedef named ip4, ip6, mac, ksym or errno
 * says how a number or an address is shown: its value is a String. A number of a __be typedef is the one that the wire means.
 * A composite key (fields k0, k1, ...) is an Array, the key of a prefix map text such as "10.0.0.0/8".
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rucy.h"

#define TYPE_IVAR mrb_intern_lit(mrb, "__type")

/* ---- numbers */

mrb_value integer_of_u64(mrb_state *mrb, uint64_t number)
{
	char digits[24];

	if (number <= INT64_MAX)
		return mrb_int_value(mrb, number);
	/* not mrb_bint_new_uint64: mruby 3.3's loses the upper half */
	return mrb_bint_new_str(mrb, digits, snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), 10);
}

uint64_t u64_of_integer(mrb_state *mrb, mrb_value value)
{
	if (mrb_integer_p(value))
		return mrb_integer(value);
	if (mrb_true_p(value) || mrb_false_p(value))
		return mrb_true_p(value);
	if (!mrb_bigint_p(value))
		mrb_raisef(mrb, E_TYPE_ERROR, "an Integer is stored here, not %!v", value);
	return mrb_bint_as_uint64(mrb, value);
}

static uint64_t load(const uint8_t *bytes, uint32_t size)
{
	uint64_t number = 0;

	memcpy(&number, bytes, size < 8 ? size : 8);
	return number;
}

static int64_t extend(uint64_t number, uint32_t bits)
{
	return !bits || bits >= 64 ? (int64_t)number : (int64_t)(number << (64 - bits)) >> (64 - bits);
}

static mrb_value integer(mrb_state *mrb, const uint8_t *bytes, uint32_t size, bool is_signed)
{
	uint64_t number = load(bytes, size);

	return is_signed ? mrb_int_value(mrb, extend(number, size * 8)) : integer_of_u64(mrb, number);
}

static void store(mrb_state *mrb, mrb_value value, uint8_t *out, uint32_t size, bool is_signed)
{
	uint64_t number = u64_of_integer(mrb, value);
	uint32_t bits = size * 8;
	bool negative = mrb_integer_p(value) && mrb_integer(value) < 0;

	if (is_signed ? (bits < 64 ? extend(number, bits) != (int64_t)number : !negative && number > INT64_MAX)
		      : negative || (bits < 64 && number >> bits))
		mrb_raisef(mrb, E_RANGE_ERROR, "%v does not fit in %s%d", value, is_signed ? "i" : "u", (int)bits);
	memcpy(out, &number, size < 8 ? size : 8);
}

static uint64_t swapped(uint64_t number, uint32_t size)
{
	return size == 2 ? __builtin_bswap16(number) : size == 4 ? __builtin_bswap32(number) : __builtin_bswap64(number);
}

/* ---- types */

/* 0 of what has none: types may be damaged. */
uint32_t size_of_type(uint32_t id)
{
	int64_t size = btf__resolve_size(rucy.btf, id);

	return size < 0 ? 0 : size;
}

static const char *name_of(uint32_t offset)
{
	const char *name = btf__name_by_offset(rucy.btf, offset);

	return name ? name : "";
}

#define DEEPEST 32 /* typedefs of typedefs, and unnamed structs in unnamed structs; libbpf goes no deeper */

enum display { PLAIN, IP4, IP6, MAC, KSYM, ERRNO, NETWORK };

/* Of an address, in bytes; 0 of numbers, which may be of any size. */
static const uint8_t display_sizes[] = {[IP4] = 4, [IP6] = 16, [MAC] = 6, [NETWORK] = 0};

static enum display display_of(const char *name)
{
	static const char *const names[] = {"", "ip4", "ip6", "mac", "ksym", "errno"};

	for (int at = 1; at < 6; at++)
		if (!strcmp(name, names[at]))
			return at;
	return !strcmp(name, "__be16") || !strcmp(name, "__be32") || !strcmp(name, "__be64") ? NETWORK : PLAIN;
}

/* Without typedefs and modifiers, NULL where there is none behind them; `*display` says what a typedef on the way asked for. */
static const struct btf_type *resolved(uint32_t *id, enum display *display)
{
	const struct btf_type *type = btf__type_by_id(rucy.btf, *id);

	*display = PLAIN;
	for (int depth = 0; type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_var(type)); depth++) {
		if (depth == DEEPEST)
			return NULL;
		if (btf_is_typedef(type) && *display == PLAIN)
			*display = display_of(name_of(type->name_off));
		if (display_sizes[*display] && display_sizes[*display] != size_of_type(*id))
			*display = PLAIN;
		*id = type->type;
		type = btf__type_by_id(rucy.btf, *id);
	}
	return type;
}

const struct btf_type *plain_type(uint32_t id, uint32_t *plain)
{
	enum display display;
	const struct btf_type *type = resolved(&id, &display);

	if (plain)
		*plain = id;
	return type;
}

static bool is_char(const struct btf_type *type)
{
	return type && btf_is_int(type) && type->size == 1 && (!strcmp(name_of(type->name_off), "char") || btf_int_encoding(type) & BTF_INT_CHAR);
}

static bool is_char_array(const struct btf_type *type)
{
	return type && btf_is_array(type) && is_char(plain_type(btf_array(type)->type, NULL));
}

/* The kernel's own objects in a value have no contents for user space. */
static bool is_kernel_object(const struct btf_type *type)
{
	const char *name = name_of(type->name_off);

	return btf_is_struct(type) && (!strcmp(name, "bpf_spin_lock") || !strcmp(name, "bpf_timer"));
}

/* ---- decoding */

static mrb_value display_value(mrb_state *mrb, enum display display, const uint8_t *bytes, uint32_t size)
{
	char text[80];
	uint64_t number = load(bytes, size), offset;
	const char *name;

	switch (display) {
	case IP4: inet_ntop(AF_INET, bytes, text, sizeof text); break;
	case IP6: inet_ntop(AF_INET6, bytes, text, sizeof text); break;
	case MAC:
		snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
		break;
	case KSYM:
		name = kernel_symbol(number, &offset);
		if (!name)
			snprintf(text, sizeof text, "0x%llx", (unsigned long long)number);
		else if (offset)
			snprintf(text, sizeof text, "%.60s+0x%llx", name, (unsigned long long)offset);
		else
			snprintf(text, sizeof text, "%.79s", name);
		break;
	case ERRNO: {
		int64_t error = extend(number, size * 8);
		mrb_value row = mrb_funcall(mrb, mrb_obj_value(rucy.module), "errno_name", 1, mrb_int_value(mrb, error < 0 ? -error : error));

		if (mrb_string_p(row))
			return row;
		snprintf(text, sizeof text, "%lld", (long long)error);
		break;
	}
	default:
		return integer_of_u64(mrb, swapped(number, size));
	}
	return mrb_str_new_cstr(mrb, text);
}

static mrb_value enumerator(mrb_state *mrb, const struct btf_type *type, const uint8_t *bytes)
{
	uint64_t number = load(bytes, type->size), mask = type->size < 8 ? (1ull << type->size * 8) - 1 : ~0ull;
	bool is_signed = btf_kflag(type);

	for (int at = 0; at < btf_vlen(type); at++) {
		uint64_t value = btf_is_enum(type) ? (uint64_t)(int64_t)btf_enum(type)[at].val : btf_enum64_value(&btf_enum64(type)[at]);
		uint32_t name = btf_is_enum(type) ? btf_enum(type)[at].name_off : btf_enum64(type)[at].name_off;

		if ((value & mask) == number)
			return mrb_str_new_cstr(mrb, name_of(name));
		is_signed |= (int64_t)value < 0;
	}
	return integer(mrb, bytes, type->size, is_signed);
}

static mrb_value array_value(mrb_state *mrb, const struct btf_type *type, const uint8_t *bytes)
{
	const struct btf_array *array = btf_array(type);
	uint32_t size = size_of_type(array->type);
	mrb_value made;
	int arena;

	if (is_char_array(type))
		return mrb_str_new(mrb, (const char *)bytes, strnlen((const char *)bytes, array->nelems));
	if (!size)
		return mrb_ary_new(mrb);
	made = mrb_ary_new_capa(mrb, array->nelems);
	arena = mrb_gc_arena_save(mrb);
	for (uint32_t at = 0; at < array->nelems; at++) {
		mrb_ary_push(mrb, made, decode_value(mrb, array->type, bytes + (size_t)size * at));
		mrb_gc_arena_restore(mrb, arena);
	}
	return made;
}

static bool for_people; /* pointers are then text in hexadecimal */

static mrb_value pointer(mrb_state *mrb, const uint8_t *bytes)
{
	char text[24];

	if (!for_people)
		return integer_of_u64(mrb, load(bytes, 8));
	return mrb_str_new(mrb, text, snprintf(text, sizeof text, "0x%llx", (unsigned long long)load(bytes, 8)));
}

mrb_value decode_value(mrb_state *mrb, uint32_t id, const uint8_t *bytes)
{
	enum display display;
	const struct btf_type *type = resolved(&id, &display);
	double wide;
	float narrow;

	if (!type || !size_of_type(id))
		return mrb_nil_value();
	if (display != PLAIN)
		return display_value(mrb, display, bytes, size_of_type(id));
	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		if (btf_int_encoding(type) & BTF_INT_BOOL)
			return mrb_bool_value(bytes[0] != 0);
		return integer(mrb, bytes, type->size, btf_int_encoding(type) & BTF_INT_SIGNED);
	case BTF_KIND_PTR:
		return pointer(mrb, bytes);
	case BTF_KIND_ARRAY:
		return array_value(mrb, type, bytes);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return record_new(mrb, id, bytes, type->size);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return enumerator(mrb, type, bytes);
	case BTF_KIND_FLOAT:
		if (type->size == 8)
			return memcpy(&wide, bytes, 8), mrb_float_value(mrb, wide);
		if (type->size == 4)
			return memcpy(&narrow, bytes, 4), mrb_float_value(mrb, narrow);
	}
	return mrb_nil_value();
}

/* Where a member begins, in bytes. */
static uint32_t offset_of(const struct btf_type *type, int member)
{
	return btf_member_bit_offset(type, member) / 8;
}

/* Does a member have a size, and does it end where the struct does, or before? */
static bool lies_in(const struct btf_type *type, int member)
{
	uint32_t size = size_of_type(btf_members(type)[member].type);

	return size && (uint64_t)offset_of(type, member) + size <= type->size;
}

static bool is_composite(const struct btf_type *type)
{
	char name[16];

	if (!btf_is_struct(type) || !btf_vlen(type))
		return false;
	for (int at = 0; at < btf_vlen(type); at++) {
		snprintf(name, sizeof name, "k%d", at);
		if (strcmp(name_of(btf_members(type)[at].name_off), name) || !lies_in(type, at))
			return false;
	}
	return true;
}

static bool is_prefix(const struct btf_type *type)
{
	return btf_is_struct(type) && btf_vlen(type) == 2 && !strcmp(name_of(btf_members(type)[0].name_off), "prefixlen") &&
	       !strcmp(name_of(btf_members(type)[1].name_off), "addr") && lies_in(type, 0) && lies_in(type, 1) &&
	       size_of_type(btf_members(type)[0].type) == 4 && !offset_of(type, 0);
}

mrb_value decode_key(mrb_state *mrb, uint32_t id, const uint8_t *bytes)
{
	const struct btf_type *type = plain_type(id, NULL);
	const struct btf_member *member = type ? btf_members(type) : NULL;
	mrb_value made;

	if (type && is_composite(type)) {
		made = mrb_ary_new_capa(mrb, btf_vlen(type));
		for (int at = 0; at < btf_vlen(type); at++)
			mrb_ary_push(mrb, made, decode_value(mrb, member[at].type, bytes + offset_of(type, at)));
		return made;
	}
	if (type && is_prefix(type)) {
		made = mrb_obj_as_string(mrb, decode_value(mrb, member[1].type, bytes + offset_of(type, 1)));
		return mrb_format(mrb, "%v/%v", made, decode_value(mrb, member[0].type, bytes));
	}
	return decode_value(mrb, id, bytes);
}

/* ---- encoding */

static void encode_display(mrb_state *mrb, enum display display, mrb_value value, uint8_t *out, uint32_t size)
{
	const char *text;
	unsigned part[6];

	if (!mrb_string_p(value)) {
		store(mrb, value, out, size, display == ERRNO);
		if (display == NETWORK || display == IP4) { /* the number that the wire means */
			uint64_t wire = swapped(load(out, size), size);
			memcpy(out, &wire, size < 8 ? size : 8);
		}
		return;
	}
	text = mrb_string_cstr(mrb, value);
	if (display == IP4 && inet_pton(AF_INET, text, out) == 1)
		return;
	if (display == IP6 && inet_pton(AF_INET6, text, out) == 1)
		return;
	if (display == MAC && sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", part, part + 1, part + 2, part + 3, part + 4, part + 5) == 6) {
		for (int at = 0; at < 6; at++)
			out[at] = part[at];
		return;
	}
	mrb_raisef(mrb, E_ARGUMENT_ERROR, "%v is no address", value);
}

static void encode_enumerator(mrb_state *mrb, const struct btf_type *type, mrb_value value, uint8_t *out)
{
	if (!mrb_string_p(value) && !mrb_symbol_p(value)) {
		store(mrb, value, out, type->size, mrb_integer_p(value) && mrb_integer(value) < 0);
		return;
	}
	const char *text = mrb_string_p(value) ? mrb_string_cstr(mrb, value) : mrb_sym_name(mrb, mrb_symbol(value));
	for (int at = 0; at < btf_vlen(type); at++) {
		uint64_t number = btf_is_enum(type) ? (uint64_t)(int64_t)btf_enum(type)[at].val : btf_enum64_value(&btf_enum64(type)[at]);
		uint32_t name = btf_is_enum(type) ? btf_enum(type)[at].name_off : btf_enum64(type)[at].name_off;

		if (!strcmp(name_of(name), text)) {
			memcpy(out, &number, type->size < 8 ? type->size : 8);
			return;
		}
	}
	mrb_raisef(mrb, E_ARGUMENT_ERROR, "`enum %s` has no %v", name_of(type->name_off), value);
}

static void encode_array(mrb_state *mrb, const struct btf_type *type, mrb_value value, uint8_t *out)
{
	const struct btf_array *array = btf_array(type);
	uint32_t size = size_of_type(array->type);

	if (is_char_array(type)) {
		mrb_value text = mrb_ensure_string_type(mrb, value);
		size_t length = RSTRING_LEN(text);

		/* as the kernel half does: the last byte stays 0 */
		if (array->nelems)
			memcpy(out, RSTRING_PTR(text), length < array->nelems ? length : array->nelems - 1);
		return;
	}
	value = mrb_ensure_array_type(mrb, value);
	if (RARRAY_LEN(value) > array->nelems)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "an array of %i is stored here, not of %i", (mrb_int)array->nelems, (mrb_int)RARRAY_LEN(value));
	for (mrb_int at = 0; at < RARRAY_LEN(value); at++)
		encode_value(mrb, array->type, RARRAY_PTR(value)[at], out + (size_t)size * at);
}

/* "10.0.0.0/8"; an address alone is a prefix of all its bits. */
static void encode_prefix(mrb_state *mrb, const struct btf_type *type, mrb_value value, uint8_t *out)
{
	const struct btf_member *member = btf_members(type);
	const char *text = mrb_string_cstr(mrb, value), *slash = strchr(text, '/');
	uint32_t most = size_of_type(member[1].type) * 8, bits = most;

	if (slash) {
		char *end;
		unsigned long asked = strtoul(slash + 1, &end, 10);

		if (!isdigit((unsigned char)slash[1]) || *end || asked > most)
			mrb_raisef(mrb, E_ARGUMENT_ERROR, "%v is no prefix: behind the / stands a number up to %d", value, (int)most);
		bits = asked;
	}
	memcpy(out, &bits, 4);
	encode_value(mrb, member[1].type, mrb_str_new(mrb, text, slash ? slash - text : strlen(text)), out + offset_of(type, 1));
}

static void encode_struct(mrb_state *mrb, uint32_t id, const struct btf_type *type, mrb_value value, uint8_t *out)
{
	const struct btf_member *member = btf_members(type);

	if (mrb_array_p(value) && is_composite(type)) {
		if (RARRAY_LEN(value) != btf_vlen(type))
			mrb_raisef(mrb, E_ARGUMENT_ERROR, "a key has %d parts, not %i", (int)btf_vlen(type), (mrb_int)RARRAY_LEN(value));
		for (int at = 0; at < btf_vlen(type); at++)
			encode_value(mrb, member[at].type, RARRAY_PTR(value)[at], out + offset_of(type, at));
		return;
	}
	if (mrb_string_p(value) && is_prefix(type)) {
		encode_prefix(mrb, type, value, out);
		return;
	}
	if (is_composite(type))
		mrb_raisef(mrb, E_TYPE_ERROR, "a key has %d parts, not one: %!v", (int)btf_vlen(type), value);
	if (is_prefix(type))
		mrb_raisef(mrb, E_TYPE_ERROR, "a key is text here, an address or a prefix such as \"10.0.0.0/8\", not %!v", value);
	if (!mrb_data_p(value) || type_of_class(mrb, mrb_obj_class(mrb, value)) != id)
		mrb_raisef(mrb, E_TYPE_ERROR, "a %s is stored here, not %T", name_of(type->name_off), value);
	memcpy(out, record_of(mrb, value)->bytes, type->size);
}

void encode_value(mrb_state *mrb, uint32_t id, mrb_value value, uint8_t *out)
{
	enum display display;
	const struct btf_type *type = resolved(&id, &display);

	if (!type || !size_of_type(id))
		mrb_raise(mrb, E_TYPE_ERROR, "nothing can be stored here");
	if (display != PLAIN) {
		encode_display(mrb, display, value, out, size_of_type(id));
		return;
	}
	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		if (btf_int_encoding(type) & BTF_INT_BOOL)
			out[0] = mrb_test(value);
		else
			store(mrb, value, out, type->size, btf_int_encoding(type) & BTF_INT_SIGNED);
		return;
	case BTF_KIND_PTR: store(mrb, value, out, 8, false); return;
	case BTF_KIND_ARRAY: encode_array(mrb, type, value, out); return;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: encode_struct(mrb, id, type, value, out); return;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: encode_enumerator(mrb, type, value, out); return;
	}
	mrb_raisef(mrb, E_TYPE_ERROR, "a value of the type `%s` cannot be stored", name_of(type->name_off));
}

/* ---- records */

/* Records come and go by the million: the memory of small ones is kept and used again. */
#ifdef __SANITIZE_ADDRESS__
#define SMALL 0 /* each of its own, so that a byte too much is seen */
#else
#define SMALL 256
#endif
#define KEPT 256

static struct record *kept[KEPT];
static int kept_count;

static struct record *take_record(mrb_state *mrb, uint32_t size)
{
	struct record *record;

	if (sizeof *record + size + 8 > SMALL)
		record = mrb_malloc(mrb, sizeof *record + size + 8); /* a bit field is read as 8 bytes */
	else
		record = kept_count ? kept[--kept_count] : mrb_malloc(mrb, SMALL);
	record->size = size;
	memset(record->bytes + size, 0, 8);
	return record;
}

static void free_record(mrb_state *mrb, void *data)
{
	struct record *record = data;

	if (record && sizeof *record + record->size + 8 <= SMALL && kept_count < KEPT)
		kept[kept_count++] = record;
	else
		mrb_free(mrb, record);
}

static const mrb_data_type record_type = {"Record", free_record};

struct record *record_of(mrb_state *mrb, mrb_value value)
{
	struct record *record = mrb_data_get_ptr(mrb, value, &record_type);

	if (!record)
		mrb_raise(mrb, E_TYPE_ERROR, "the record has not been made");
	return record;
}

/* Accessors know their field by one Integer: how it is read (8 bits), its offset in bytes (24), its type's id (24); for a bit
 * field the id is replaced by first bit (8), width (8) and whether it is signed, for text by its size. */
enum how { U8, U16, U32, U64, I8, I16, I32, I64, BOOL, TEXT, ANY, BITS };
#define FIELD(how, offset, rest) ((mrb_int)(how) | (mrb_int)(offset) << 8 | (mrb_int)(rest) << 32)

static mrb_value field_value(mrb_state *mrb, const struct record *record, mrb_int field)
{
	const uint8_t *at = record->bytes + (field >> 8 & 0xffffff);
	uint32_t rest = field >> 32;
	uint64_t number;

	switch ((enum how)(field & 0xff)) {
	case U8: return mrb_fixnum_value(*at);
	case U16: return mrb_fixnum_value(load(at, 2));
	case U32: return mrb_fixnum_value(load(at, 4));
	case U64: return integer_of_u64(mrb, load(at, 8));
	case I8: return mrb_fixnum_value((int8_t)*at);
	case I16: return mrb_fixnum_value((int16_t)load(at, 2));
	case I32: return mrb_fixnum_value((int32_t)load(at, 4));
	case I64: return mrb_int_value(mrb, (int64_t)load(at, 8));
	case BOOL: return mrb_bool_value(*at != 0);
	case TEXT: return mrb_str_new(mrb, (const char *)at, strnlen((const char *)at, rest));
	case ANY: return decode_value(mrb, rest, at);
	case BITS: break;
	}
	number = load(at, 8) >> (rest & 0xff);
	number &= (rest >> 8 & 0xff) >= 64 ? ~0ull : (1ull << (rest >> 8 & 0xff)) - 1;
	return rest >> 16 ? mrb_int_value(mrb, extend(number, rest >> 8 & 0xff)) : integer_of_u64(mrb, number);
}

static mrb_value get_field(mrb_state *mrb, mrb_value self)
{
	return field_value(mrb, record_of(mrb, self), mrb_integer(mrb_proc_cfunc_env_get(mrb, 0)));
}

static mrb_value set_field(mrb_state *mrb, mrb_value self)
{
	struct record *record = record_of(mrb, self);
	uint32_t type = mrb_integer(mrb_proc_cfunc_env_get(mrb, 1));
	uint8_t *at = record->bytes + (mrb_integer(mrb_proc_cfunc_env_get(mrb, 0)) >> 8 & 0xffffff);
	mrb_value value = mrb_get_arg1(mrb);

	if (!record->writable)
		mrb_raisef(mrb, E_FROZEN_ERROR, "%T from a map or ring is a copy: change one of your own, `x = e.dup`, and store it, `MAP[key] = x`", self);
	memset(at, 0, size_of_type(type));
	encode_value(mrb, type, value, at);
	return value;
}

static enum how how_read(uint32_t id)
{
	enum display display;
	const struct btf_type *type = resolved(&id, &display);
	bool is_signed;

	if (display == PLAIN && is_char_array(type))
		return TEXT;
	if (display != PLAIN || !type || !btf_is_int(type))
		return ANY;
	if (btf_int_encoding(type) & BTF_INT_BOOL)
		return BOOL;
	is_signed = btf_int_encoding(type) & BTF_INT_SIGNED;
	switch (type->size) {
	case 1: return is_signed ? I8 : U8;
	case 2: return is_signed ? I16 : U16;
	case 4: return is_signed ? I32 : U32;
	case 8: return is_signed ? I64 : U64;
	}
	return ANY;
}

static void define_field(mrb_state *mrb, struct RClass *klass, mrb_value fields, const char *name, mrb_int field, uint32_t type)
{
	mrb_value env[2] = {mrb_int_value(mrb, field), mrb_int_value(mrb, type)};
	mrb_sym reader = mrb_intern_cstr(mrb, name), writer;
	struct RProc *proc = mrb_proc_new_cfunc_with_env(mrb, get_field, 2, env);
	mrb_method_t method;

	MRB_METHOD_FROM_PROC(method, proc);
	mrb_define_method_raw(mrb, klass, reader, method);
	mrb_ary_push(mrb, fields, mrb_assoc_new(mrb, mrb_symbol_value(reader), env[0]));
	if ((field & 0xff) == BITS)
		return;
	writer = mrb_intern_str(mrb, mrb_format(mrb, "%s=", name));
	proc = mrb_proc_new_cfunc_with_env(mrb, set_field, 2, env);
	MRB_METHOD_FROM_PROC(method, proc);
	mrb_define_method_raw(mrb, klass, writer, method);
}

#define FARTHEST (1 << 24) /* bytes from a record's beginning: what the Integer of a field has room for */

/* Fields of unnamed members are the struct's own. One that does not lie in its struct is none, nor is one of a struct that lies
 * too deep in it: in damaged types a struct may lie in itself. */
static void define_fields(mrb_state *mrb, struct RClass *klass, mrb_value fields, const struct btf_type *type, uint32_t base, int depth)
{
	for (int at = 0; at < btf_vlen(type); at++) {
		const struct btf_member *member = &btf_members(type)[at];
		uint32_t bits = btf_member_bit_offset(type, at), width = btf_member_bitfield_size(type, at);
		const struct btf_type *whole = plain_type(member->type, NULL);
		const char *name = name_of(member->name_off);
		int arena = mrb_gc_arena_save(mrb);

		if (!whole || is_kernel_object(whole) || base + bits / 8 >= FARTHEST || (width ? (bits + width + 7) / 8 > type->size : !lies_in(type, at)))
			continue;
		if (width) {
			uint32_t is_signed = btf_is_int(whole) && btf_int_encoding(whole) & BTF_INT_SIGNED;
			mrb_int field = FIELD(BITS, base + bits / 8, bits % 8 | width << 8 | (uint32_t)(is_signed != 0) << 16);
			define_field(mrb, klass, fields, name, field, member->type);
		} else if (*name) {
			enum how how = how_read(member->type);
			uint32_t rest = how == TEXT ? btf_array(whole)->nelems : member->type;

			define_field(mrb, klass, fields, name, FIELD(how, base + bits / 8, rest), member->type);
		} else if (btf_is_composite(whole) && depth < DEEPEST) {
			define_fields(mrb, klass, fields, whole, base + bits / 8, depth + 1);
		}
		mrb_gc_arena_restore(mrb, arena);
	}
}

/* Make records of a class from the structs of this type. */
static void bind_class(mrb_state *mrb, struct RClass *klass, uint32_t id, const struct btf_type *type)
{
	mrb_value fields = mrb_ary_new(mrb), self = mrb_obj_value(klass);

	MRB_SET_INSTANCE_TT(klass, MRB_TT_CDATA);
	mrb_iv_set(mrb, self, TYPE_IVAR, mrb_int_value(mrb, id));
	mrb_iv_set(mrb, self, mrb_intern_lit(mrb, "__fields"), fields);
	define_fields(mrb, klass, fields, type, 0, 0);
	rucy.classes[id] = klass;
}

uint32_t type_of_class(mrb_state *mrb, struct RClass *klass)
{
	mrb_value id = mrb_iv_get(mrb, mrb_obj_value(klass), TYPE_IVAR);

	return mrb_integer_p(id) ? mrb_integer(id) : 0;
}

static mrb_value record_with(mrb_state *mrb, struct RClass *klass, const uint8_t *bytes, uint32_t size)
{
	struct record *record = take_record(mrb, size);

	record->writable = false;
	memcpy(record->bytes, bytes, size);
	return mrb_obj_value(mrb_data_object_alloc(mrb, klass, record, &record_type));
}

mrb_value record_new(mrb_state *mrb, uint32_t id, const uint8_t *bytes, uint32_t size)
{
	struct RClass *klass = rucy.classes[id];

	if (!klass) {
		klass = mrb_class_new(mrb, rucy.record);
		mrb_gc_register(mrb, mrb_obj_value(klass));
		bind_class(mrb, klass, id, btf__type_by_id(rucy.btf, id));
	}
	return record_with(mrb, klass, bytes, size);
}

/* Rucy.bind(class, name): do records of the object's struct of that name belong to that class? */
static mrb_value bind_struct(mrb_state *mrb, mrb_value self)
{
	mrb_value klass;
	const char *name;
	int id;

	mrb_get_args(mrb, "Cz", &klass, &name);
	id = rucy.btf ? btf__find_by_name_kind(rucy.btf, name, BTF_KIND_STRUCT) : -1;
	if (id <= 0)
		return mrb_false_value();
	bind_class(mrb, mrb_class_ptr(klass), id, btf__type_by_id(rucy.btf, id));
	return mrb_true_value();
}

/* Rucy.blank(record): give one that `new` has just made its bytes, all zero. */
static mrb_value blank(mrb_state *mrb, mrb_value self)
{
	mrb_value object = mrb_get_arg1(mrb);
	uint32_t size = size_of_type(type_of_class(mrb, mrb_obj_class(mrb, object)));
	struct record *record = take_record(mrb, size);

	memset(record->bytes, 0, size);
	record->writable = true;
	mrb_data_init(object, record, &record_type);
	return object;
}

/* Rucy.copy(record, other): give what `dup` has just made the bytes of the other. */
static mrb_value copy(mrb_state *mrb, mrb_value self)
{
	mrb_value object, other;

	mrb_get_args(mrb, "oo", &object, &other);
	if (mrb_obj_class(mrb, object) != mrb_obj_class(mrb, other) || DATA_PTR(object))
		mrb_raise(mrb, E_TYPE_ERROR, "only `dup` and `clone` copy a record");
	struct record *from = record_of(mrb, other), *record = take_record(mrb, from->size);
	memcpy(record->bytes, from->bytes, from->size);
	record->writable = true;
	mrb_data_init(object, record, &record_type);
	return object;
}

static mrb_value fields_of(mrb_state *mrb, mrb_value self)
{
	return mrb_iv_get(mrb, mrb_obj_value(mrb_obj_class(mrb, self)), mrb_intern_lit(mrb, "__fields"));
}

/* Rucy.fields(record, for people): Hash of field names and values, in the order of the struct */
static mrb_value to_hash(mrb_state *mrb, mrb_value self)
{
	mrb_value object, fields, hash = mrb_hash_new(mrb);
	struct record *record;
	mrb_bool shown = false;
	int arena;

	mrb_get_args(mrb, "o|b", &object, &shown);
	fields = fields_of(mrb, object);
	record = record_of(mrb, object);
	for_people = shown;
	arena = mrb_gc_arena_save(mrb);
	for (mrb_int at = 0; at < RARRAY_LEN(fields); at++) {
		mrb_value pair = RARRAY_PTR(fields)[at];
		mrb_int field = mrb_integer(RARRAY_PTR(pair)[1]);

		mrb_hash_set(mrb, hash, RARRAY_PTR(pair)[0], field_value(mrb, record, field));
		mrb_gc_arena_restore(mrb, arena);
	}
	for_people = false;
	return hash;
}

static mrb_value bytes_of(mrb_state *mrb, mrb_value self)
{
	struct record *record = record_of(mrb, mrb_get_arg1(mrb));

	return mrb_str_new(mrb, (const char *)record->bytes, record->size);
}

static mrb_value is_record(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(mrb_data_check_get_ptr(mrb, mrb_get_arg1(mrb), &record_type) != NULL);
}

/* ---- parts of a record without a struct: what the kernel half prints */

static const uint8_t *part(mrb_state *mrb, mrb_value bytes, mrb_int at, mrb_int size)
{
	if (at < 0 || size < 0 || at > RSTRING_LEN(bytes) || size > RSTRING_LEN(bytes) - at)
		fail(mrb, 70, "a record of %d bytes is too short for its format", (int)RSTRING_LEN(bytes));
	return (uint8_t *)RSTRING_PTR(bytes) + at;
}

/* Rucy.number(bytes, offset, size, signed) */
static mrb_value number_in(mrb_state *mrb, mrb_value self)
{
	mrb_value bytes;
	mrb_int at, size;
	mrb_bool is_signed;

	mrb_get_args(mrb, "Siib", &bytes, &at, &size, &is_signed);
	return integer(mrb, part(mrb, bytes, at, size), size, is_signed);
}

/* Rucy.text(bytes, offset, size): up to the first NUL */
static mrb_value text_in(mrb_state *mrb, mrb_value self)
{
	mrb_value bytes;
	mrb_int at, size;
	const char *text;

	mrb_get_args(mrb, "Sii", &bytes, &at, &size);
	text = (const char *)part(mrb, bytes, at, size);
	return mrb_str_new(mrb, text, strnlen(text, size));
}

/* Rucy.address(bytes, offset, "ip4", "ip6" or "mac") */
static mrb_value address_in(mrb_state *mrb, mrb_value self)
{
	mrb_value bytes;
	const char *kind;
	mrb_int at;
	enum display display;
	uint32_t size;

	mrb_get_args(mrb, "Siz", &bytes, &at, &kind);
	display = display_of(kind);
	size = display_sizes[display] ? display_sizes[display] : 6;
	return display_value(mrb, display, part(mrb, bytes, at, size), size);
}

void init_values(mrb_state *mrb)
{
	struct RClass *module = rucy.module;

	rucy.record = mrb_define_class_under(mrb, module, "Record", mrb->object_class);
	MRB_SET_INSTANCE_TT(rucy.record, MRB_TT_CDATA);
	mrb_define_class_method(mrb, module, "bind", bind_struct, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, module, "blank", blank, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "copy", copy, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, module, "fields", to_hash, MRB_ARGS_ARG(1, 1));
	mrb_define_class_method(mrb, module, "bytes", bytes_of, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "number", number_in, MRB_ARGS_REQ(4));
	mrb_define_class_method(mrb, module, "text", text_in, MRB_ARGS_REQ(3));
	mrb_define_class_method(mrb, module, "address", address_in, MRB_ARGS_REQ(3));
	mrb_define_class_method(mrb, module, "record?", is_record, MRB_ARGS_REQ(1));
}
