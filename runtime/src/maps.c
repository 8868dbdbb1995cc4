/* Maps: Rucy::Store is one map of the object, by name; keys and values are decoded by the map's own BTF. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rucy.h"

struct map {
	struct bpf_map *map;	/* NULL for one that is not the object's own: found inside another */
	int fd;
	uint32_t type, key_size, value_size, key_type, value_type, cpus;
	bool pinned;
	struct user_ring_buffer *sender;
};

static void free_map(mrb_state *mrb, void *data)
{
	struct map *map = data;

	if (map && !map->map && map->fd >= 0)
		close(map->fd);
	if (map && map->sender)
		user_ring_buffer__free(map->sender);
	mrb_free(mrb, map);
}

static const mrb_data_type map_type = {"Store", free_map};

static struct map *map_of(mrb_state *mrb, mrb_value self)
{
	struct map *map = mrb_data_get_ptr(mrb, self, &map_type);

	if (!map)
		mrb_raise(mrb, E_TYPE_ERROR, "the map has not been made");
	if (map->map && map->fd < 0)
		map->fd = bpf_map__fd(map->map);
	return map;
}

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

/* A map's definition in `.maps`; NULL without one. libbpf has the types of keys and values only until it has loaded a map whose
 * types the kernel does not take, so they are asked here. */
static const struct btf_type *definition_of(const char *name)
{
	int id = rucy.btf ? btf__find_by_name_kind(rucy.btf, ".maps", BTF_KIND_DATASEC) : 0;
	const struct btf_type *section = id > 0 ? btf__type_by_id(rucy.btf, id) : NULL;

	for (int entry = 0; section && entry < btf_vlen(section); entry++) {
		const struct btf_type *var = btf__type_by_id(rucy.btf, btf_var_secinfos(section)[entry].type);

		if (!strcmp(btf__name_by_offset(rucy.btf, var->name_off), name))
			return plain_type(var->type, NULL);
	}
	return NULL;
}

static const struct btf_member *member_of(const struct btf_type *definition, const char *name)
{
	for (int at = 0; definition && btf_is_struct(definition) && at < btf_vlen(definition); at++)
		if (!strcmp(btf__name_by_offset(rucy.btf, btf_members(definition)[at].name_off), name))
			return &btf_members(definition)[at];
	return NULL;
}

/* What a pointer points to; 0 for what is none. */
static uint32_t pointed(uint32_t id)
{
	const struct btf_type *type = plain_type(id, NULL);

	return type && btf_is_ptr(type) ? type->type : 0;
}

/* What the maps inside a map of maps are: its `values` is an array of pointers to their definition. */
static const struct btf_type *inner_definition(const struct btf_type *outer)
{
	const struct btf_member *values = member_of(outer, "values");
	const struct btf_type *array = values ? plain_type(values->type, NULL) : NULL;
	uint32_t inner = array && btf_is_array(array) ? pointed(btf_array(array)->type) : 0;

	return inner ? plain_type(inner, NULL) : NULL;
}

static mrb_value store_of(mrb_state *mrb, struct RClass *class, struct map map, const struct btf_type *definition)
{
	const struct btf_member *key = member_of(definition, "key"), *value = member_of(definition, "value");
	struct map *made = mrb_malloc(mrb, sizeof *made);

	map.key_type = key ? pointed(key->type) : 0;
	map.value_type = value ? pointed(value->type) : 0;
	map.pinned = member_of(definition, "pinning");
	if (map.key_type && size_of_type(map.key_type) != map.key_size)
		map.key_type = 0;
	if (map.value_type && size_of_type(map.value_type) != map.value_size)
		map.value_type = 0;
	map.cpus = is_per_cpu(map.type) ? libbpf_num_possible_cpus() : 1;
	*made = map;
	return mrb_obj_value(mrb_data_object_alloc(mrb, class, made, &map_type));
}

/* Store.open(name): nil where the object has no such map */
static mrb_value open_map(mrb_state *mrb, mrb_value class)
{
	const char *name;
	struct bpf_map *found;

	mrb_get_args(mrb, "z", &name);
	found = bpf_object__find_map_by_name(rucy.object, name);
	if (!found)
		return mrb_nil_value();
	struct map map = {
		.map = found, .fd = -1, .type = bpf_map__type(found),
		.key_size = bpf_map__key_size(found), .value_size = bpf_map__value_size(found),
	};
	return store_of(mrb, mrb_class_ptr(class), map, definition_of(name));
}

/* Store.inside(id, outer's name): the map of that number, which lies in a map of maps; nil when it has gone */
static mrb_value open_inner(mrb_state *mrb, mrb_value class)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof info;
	const char *outer;
	mrb_int id;
	int fd;

	mrb_get_args(mrb, "iz", &id, &outer);
	fd = bpf_map_get_fd_by_id(id);
	if (fd < 0 || bpf_map_get_info_by_fd(fd, &info, &size))
		return mrb_nil_value();
	struct map map = {.fd = fd, .type = info.type, .key_size = info.key_size, .value_size = info.value_size};
	return store_of(mrb, mrb_class_ptr(class), map, inner_definition(definition_of(outer)));
}

static mrb_value map_id(mrb_state *mrb, mrb_value self)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof info;

	bpf_map_get_info_by_fd(map_of(mrb, self)->fd, &info, &size);
	return mrb_fixnum_value(info.id);
}

static uint32_t rounded(uint32_t size)
{
	return (size + 7) & ~7u;
}

/* How long the bytes of a whole value are: the kernel copies each CPU's at a multiple of 8. */
static size_t room(const struct map *map)
{
	return map->cpus > 1 || is_per_cpu(map->type) ? (size_t)rounded(map->value_size) * map->cpus : map->value_size;
}

/* What can be done with a map that is asked for what it has not; NULL of others. */
static const char *has_no_keys(const struct map *map, int error)
{
	if (error != EINVAL && error != 524 && error != EOPNOTSUPP) /* 524: the kernel's own ENOTSUPP */
		return NULL;
	switch (map->type) {
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return "it has no keys and no size, but `push`, `pop`, `peek`";
	case BPF_MAP_TYPE_BLOOM_FILTER:
		return "it has no keys and no size, but `<<` and `include?`";
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return "an array keeps its elements, of which each has a value";
	default:
		return NULL;
	}
}

static mrb_noreturn void refused(mrb_state *mrb, mrb_value self, const char *what, int error)
{
	mrb_value name = mrb_iv_get(mrb, self, mrb_intern_lit(mrb, "@name"));
	struct bpf_map_info info = {0};
	uint32_t size = sizeof info;
	char why[80];

	snprintf(why, sizeof why, "%s", has_no_keys(map_of(mrb, self), error) ?: strerror(error));
	if (error == E2BIG && !bpf_map_get_info_by_fd(map_of(mrb, self)->fd, &info, &size))
		snprintf(why, sizeof why, "it has room for %u entries", info.max_entries);
	mrb_raise(mrb, mrb_class_get_under(mrb, rucy.module, "MapError"),
		  RSTRING_PTR(mrb_format(mrb, "the map `%v` cannot be %s: %s", name, what, why)));
}

/* A buffer that the collector takes back, whatever is raised. */
static uint8_t *buffer(mrb_state *mrb, size_t size)
{
	mrb_value bytes = mrb_str_new(mrb, NULL, size ? size : 1);

	memset(RSTRING_PTR(bytes), 0, size ? size : 1);
	return (uint8_t *)RSTRING_PTR(bytes);
}

static mrb_value number_of(mrb_state *mrb, const uint8_t *bytes, uint32_t size)
{
	uint64_t number = 0;

	memcpy(&number, bytes, size < 8 ? size : 8);
	return integer_of_u64(mrb, number);
}

static mrb_value value_at(mrb_state *mrb, const struct map *map, const uint8_t *bytes)
{
	mrb_value value;
	mrb_int end;

	if (!map->value_type)
		return number_of(mrb, bytes, map->value_size);
	value = decode_value(mrb, map->value_type, bytes);
	if (map->type == BPF_MAP_TYPE_STACK_TRACE && mrb_array_p(value)) { /* a stack ends at the first zero */
		for (end = 0; end < RARRAY_LEN(value); end++)
			if (mrb_integer_p(RARRAY_PTR(value)[end]) && !mrb_integer(RARRAY_PTR(value)[end]))
				break;
		mrb_ary_resize(mrb, value, end);
	}
	return value;
}

static mrb_value per_cpu_values(mrb_state *mrb, const struct map *map, const uint8_t *bytes)
{
	mrb_value all = mrb_ary_new_capa(mrb, map->cpus);

	for (uint32_t cpu = 0; cpu < map->cpus; cpu++)
		mrb_ary_push(mrb, all, value_at(mrb, map, bytes + (size_t)rounded(map->value_size) * cpu));
	return all;
}

/* One value for all: numbers of the CPUs added up, anything else as the Array of them. */
static mrb_value whole_value(mrb_state *mrb, const struct map *map, const uint8_t *bytes)
{
	mrb_value all, sum;

	if (!is_per_cpu(map->type))
		return value_at(mrb, map, bytes);
	all = per_cpu_values(mrb, map, bytes);
	sum = mrb_fixnum_value(0);
	for (mrb_int cpu = 0; cpu < RARRAY_LEN(all); cpu++) {
		mrb_value each = RARRAY_PTR(all)[cpu];

		if (!mrb_integer_p(each) && !mrb_bigint_p(each))
			return all;
		sum = mrb_num_add(mrb, sum, each);
	}
	return sum;
}

static mrb_value key_at(mrb_state *mrb, const struct map *map, const uint8_t *bytes)
{
	return map->key_type ? decode_key(mrb, map->key_type, bytes) : number_of(mrb, bytes, map->key_size);
}

static uint8_t *encoded_key(mrb_state *mrb, const struct map *map, mrb_value key)
{
	uint8_t *bytes = buffer(mrb, map->key_size);

	if (map->key_type) {
		encode_value(mrb, map->key_type, key, bytes);
	} else {
		uint64_t number = u64_of_integer(mrb, key);
		memcpy(bytes, &number, map->key_size < 8 ? map->key_size : 8);
	}
	return bytes;
}

static bool is_array(const struct map *map)
{
	return map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

/* The bytes of a value; NULL where there is none. */
static uint8_t *lookup(mrb_state *mrb, mrb_value self, const struct map *map, mrb_value key)
{
	uint8_t *bytes = buffer(mrb, room(map));

	if (is_array(map) && (!mrb_integer_p(key) || mrb_integer(key) < 0 || mrb_integer(key) > UINT32_MAX))
		return NULL;
	if (!bpf_map_lookup_elem(map->fd, encoded_key(mrb, map, key), bytes))
		return bytes;
	if (errno != ENOENT && errno != EAGAIN)
		refused(mrb, self, "read", errno);
	return NULL;
}

static mrb_value get(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	uint8_t *bytes = lookup(mrb, self, map, mrb_get_arg1(mrb));

	return bytes ? whole_value(mrb, map, bytes) : mrb_nil_value();
}

/* Store#addresses(key): the 64-bit numbers of a stack up to the first zero; nil where there is none */
static mrb_value get_addresses(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	uint8_t *bytes = lookup(mrb, self, map, mrb_get_arg1(mrb));
	mrb_value all = bytes ? mrb_ary_new(mrb) : mrb_nil_value();
	uint64_t number;

	for (uint32_t at = 0; bytes && at + 8 <= map->value_size; at += 8) {
		memcpy(&number, bytes + at, 8);
		if (!number)
			break;
		mrb_ary_push(mrb, all, integer_of_u64(mrb, number));
	}
	return all;
}

static mrb_value get_per_cpu(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	uint8_t *bytes = lookup(mrb, self, map, mrb_get_arg1(mrb));

	return bytes ? per_cpu_values(mrb, map, bytes) : mrb_nil_value();
}

static mrb_value has_key(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(lookup(mrb, self, map_of(mrb, self), mrb_get_arg1(mrb)) != NULL);
}

static void encode_whole(mrb_state *mrb, const struct map *map, mrb_value value, uint8_t *bytes)
{
	if (!map->value_type) {
		uint64_t number = u64_of_integer(mrb, value);
		memcpy(bytes, &number, map->value_size < 8 ? map->value_size : 8);
	} else if (is_per_cpu(map->type) && mrb_array_p(value)) {
		for (mrb_int cpu = 0; cpu < RARRAY_LEN(value) && cpu < map->cpus; cpu++)
			encode_value(mrb, map->value_type, RARRAY_PTR(value)[cpu], bytes + (size_t)rounded(map->value_size) * cpu);
	} else {
		encode_value(mrb, map->value_type, value, bytes); /* a sum: all of it is the first CPU's */
	}
}

static mrb_value set(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	uint8_t *bytes = buffer(mrb, room(map)), *key;
	mrb_value given, value;

	mrb_get_args(mrb, "oo", &given, &value);
	key = encoded_key(mrb, map, given);
	encode_whole(mrb, map, value, bytes);
	if (bpf_map_update_elem(map->fd, key, bytes, BPF_ANY))
		refused(mrb, self, "written", errno);
	return value;
}

static mrb_value delete(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	uint8_t *key = encoded_key(mrb, map, mrb_get_arg1(mrb));

	if (!bpf_map_delete_elem(map->fd, key))
		return mrb_true_value();
	if (errno != ENOENT)
		refused(mrb, self, "changed", errno);
	return mrb_false_value();
}

/* Store#zero(raw key): its value becomes 0, on each CPU */
static mrb_value zero(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);

	if (bpf_map_update_elem(map->fd, RSTRING_PTR(mrb_get_arg1(mrb)), buffer(mrb, room(map)), BPF_ANY))
		refused(mrb, self, "written", errno);
	return self;
}

static mrb_value push(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	uint8_t *bytes = buffer(mrb, room(map));
	mrb_value value = mrb_get_arg1(mrb);

	encode_whole(mrb, map, value, bytes);
	if (bpf_map_update_elem(map->fd, NULL, bytes, BPF_ANY))
		refused(mrb, self, "written", errno);
	return self;
}

static mrb_value take(mrb_state *mrb, mrb_value self, int (*how)(int, const void *, void *))
{
	struct map *map = map_of(mrb, self);
	uint8_t *bytes = buffer(mrb, room(map));

	if (!how(map->fd, NULL, bytes))
		return whole_value(mrb, map, bytes);
	if (errno != ENOENT)
		refused(mrb, self, "read", errno);
	return mrb_nil_value();
}

static mrb_value pop(mrb_state *mrb, mrb_value self)
{
	return take(mrb, self, bpf_map_lookup_and_delete_elem);
}

static mrb_value peek(mrb_state *mrb, mrb_value self)
{
	return take(mrb, self, bpf_map_lookup_elem);
}

/* Store#holds?(value): of a bloom filter */
static mrb_value holds(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	uint8_t *bytes = buffer(mrb, room(map));

	encode_whole(mrb, map, mrb_get_arg1(mrb), bytes);
	if (!bpf_map_lookup_elem(map->fd, NULL, bytes))
		return mrb_true_value();
	if (errno != ENOENT)
		refused(mrb, self, "read", errno);
	return mrb_false_value();
}

/* Store#send_bytes(record's): of a ring that programs read; false: there is no room */
static mrb_value send_bytes(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	mrb_value bytes;
	void *place;

	mrb_get_args(mrb, "S", &bytes);
	if (!map->sender && !(map->sender = user_ring_buffer__new(map->fd, NULL)))
		refused(mrb, self, "written", errno);
	place = user_ring_buffer__reserve(map->sender, RSTRING_LEN(bytes));
	if (!place && errno != ENOSPC)
		refused(mrb, self, "written", errno);
	if (!place)
		return mrb_false_value();
	memcpy(place, RSTRING_PTR(bytes), RSTRING_LEN(bytes));
	user_ring_buffer__submit(map->sender, place);
	return mrb_true_value();
}

/* ---- walking */

/* Store#raw: an Array of [key bytes, value bytes]. A map that changes meanwhile may lack some, but none comes twice. */
static mrb_value walk_by_key(mrb_state *mrb, mrb_value self, const struct map *map)
{
	mrb_value seen = mrb_hash_new(mrb), found = mrb_ary_new(mrb), last = mrb_nil_value();
	int arena = mrb_gc_arena_save(mrb);

	for (;;) {
		mrb_value key = mrb_str_new(mrb, NULL, map->key_size), value = mrb_str_new(mrb, NULL, room(map));

		if (bpf_map_get_next_key(map->fd, mrb_nil_p(last) ? NULL : RSTRING_PTR(last), RSTRING_PTR(key)))
			break;
		if (mrb_hash_key_p(mrb, seen, key)) /* the key before was deleted: the kernel began again */
			return found;
		mrb_hash_set(mrb, seen, key, mrb_true_value());
		if (!bpf_map_lookup_elem(map->fd, RSTRING_PTR(key), RSTRING_PTR(value)))
			mrb_ary_push(mrb, found, mrb_assoc_new(mrb, key, value));
		last = key;
		mrb_gc_arena_restore(mrb, arena);
		mrb_gc_protect(mrb, last);
	}
	if (errno != ENOENT)
		refused(mrb, self, "read", errno);
	return found;
}

#define AT_ONCE 1024

/* Many with each call, where the kernel can do so (Linux 5.6 on for hashes and arrays); nil elsewhere. */
static mrb_value walk_in_batches(mrb_state *mrb, const struct map *map)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	mrb_value found = mrb_ary_new(mrb);
	uint32_t most = AT_ONCE, count;
	void *from = NULL;
	int error, arena = mrb_gc_arena_save(mrb);
	uint8_t *keys = buffer(mrb, (size_t)map->key_size * most), *values = buffer(mrb, room(map) * most);
	int held = mrb_gc_arena_save(mrb);
	uint8_t next[256];

	if (map->key_size > sizeof next)
		return mrb_nil_value();
	do {
		count = most;
		error = bpf_map_lookup_batch(map->fd, from, next, keys, values, &count, &options);
		if (error == -ENOSPC && most < 1u << 20) { /* more in one bucket than there is room for */
			most *= 4;
			mrb_gc_arena_restore(mrb, arena);
			keys = buffer(mrb, (size_t)map->key_size * most), values = buffer(mrb, room(map) * most);
			held = mrb_gc_arena_save(mrb);
			continue;
		}
		if (error && error != -ENOENT)
			return mrb_nil_value();
		for (uint32_t at = 0; at < count; at++) {
			mrb_value key = mrb_str_new(mrb, (char *)keys + (size_t)map->key_size * at, map->key_size);

			mrb_ary_push(mrb, found, mrb_assoc_new(mrb, key, mrb_str_new(mrb, (char *)values + room(map) * at, room(map))));
			mrb_gc_arena_restore(mrb, held);
		}
		from = next;
	} while (error != -ENOENT);
	return found;
}

static mrb_value raw(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	mrb_value found = walk_in_batches(mrb, map);

	return mrb_nil_p(found) ? walk_by_key(mrb, self, map) : found;
}

static mrb_value decode_raw_key(mrb_state *mrb, mrb_value self)
{
	return key_at(mrb, map_of(mrb, self), (uint8_t *)RSTRING_PTR(mrb_get_arg1(mrb)));
}

static mrb_value decode_raw_value(mrb_state *mrb, mrb_value self)
{
	return whole_value(mrb, map_of(mrb, self), (uint8_t *)RSTRING_PTR(mrb_get_arg1(mrb)));
}

static mrb_value decode_raw_per_cpu(mrb_state *mrb, mrb_value self)
{
	return per_cpu_values(mrb, map_of(mrb, self), (uint8_t *)RSTRING_PTR(mrb_get_arg1(mrb)));
}

/* Store#words(raw value): for each CPU, the 64-bit numbers that its value is made of */
static mrb_value words(mrb_state *mrb, mrb_value self)
{
	struct map *map = map_of(mrb, self);
	const uint8_t *bytes = (uint8_t *)RSTRING_PTR(mrb_get_arg1(mrb));
	mrb_value all = mrb_ary_new(mrb), one;

	for (uint32_t cpu = 0; cpu < map->cpus; cpu++) {
		one = mrb_ary_new(mrb);
		for (uint32_t at = 0; at + 8 <= map->value_size; at += 8)
			mrb_ary_push(mrb, one, number_of(mrb, bytes + (size_t)rounded(map->value_size) * cpu + at, 8));
		mrb_ary_push(mrb, all, one);
	}
	return all;
}

/* ---- what it is */

static mrb_value type_number(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value(map_of(mrb, self)->type);
}

static mrb_value max_entries(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value(bpf_map__max_entries(map_of(mrb, self)->map));
}

static mrb_value set_max_entries(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value(bpf_map__set_max_entries(map_of(mrb, self)->map, mrb_integer(mrb_get_arg1(mrb))));
}

static mrb_value set_pin_path(mrb_state *mrb, mrb_value self)
{
	const char *path;

	mrb_get_args(mrb, "z", &path);
	return mrb_fixnum_value(bpf_map__set_pin_path(map_of(mrb, self)->map, path));
}

static mrb_value is_pinned(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(map_of(mrb, self)->pinned);
}

static mrb_value has_value_type(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(map_of(mrb, self)->value_type);
}

/* Store.descriptor(name): of a loaded map */
static mrb_value descriptor(mrb_state *mrb, mrb_value class)
{
	const char *name;

	mrb_get_args(mrb, "z", &name);
	return mrb_fixnum_value(bpf_object__find_map_fd_by_name(rucy.object, name));
}

/* Rucy.map_names: of the maps that the object declares, in its order */
static mrb_value map_names(mrb_state *mrb, mrb_value self)
{
	mrb_value names = mrb_ary_new(mrb);
	struct bpf_map *map;

	bpf_object__for_each_map(map, rucy.object)
		if (!bpf_map__is_internal(map))
			mrb_ary_push(mrb, names, mrb_str_new_cstr(mrb, bpf_map__name(map)));
	return names;
}

void init_maps(mrb_state *mrb)
{
	struct RClass *store = mrb_define_class_under(mrb, rucy.module, "Store", mrb->object_class);

	MRB_SET_INSTANCE_TT(store, MRB_TT_CDATA);
	mrb_define_class_method(mrb, store, "open", open_map, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, store, "inside", open_inner, MRB_ARGS_REQ(2));
	mrb_define_method(mrb, store, "id", map_id, MRB_ARGS_NONE());
	mrb_define_class_method(mrb, store, "descriptor", descriptor, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "map_names", map_names, MRB_ARGS_NONE());
	mrb_define_method(mrb, store, "get", get, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "addresses", get_addresses, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "per_cpu", get_per_cpu, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "key?", has_key, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "set", set, MRB_ARGS_REQ(2));
	mrb_define_method(mrb, store, "remove", delete, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "zero", zero, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "push", push, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "pop", pop, MRB_ARGS_NONE());
	mrb_define_method(mrb, store, "peek", peek, MRB_ARGS_NONE());
	mrb_define_method(mrb, store, "holds?", holds, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "send_bytes", send_bytes, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "raw", raw, MRB_ARGS_NONE());
	mrb_define_method(mrb, store, "raw_key", decode_raw_key, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "raw_value", decode_raw_value, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "raw_per_cpu", decode_raw_per_cpu, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "words", words, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "type_number", type_number, MRB_ARGS_NONE());
	mrb_define_method(mrb, store, "max_entries", max_entries, MRB_ARGS_NONE());
	mrb_define_method(mrb, store, "max_entries=", set_max_entries, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "pin_path=", set_pin_path, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, store, "pinned?", is_pinned, MRB_ARGS_NONE());
	mrb_define_method(mrb, store, "value_type?", has_value_type, MRB_ARGS_NONE());
}
