/* What the files of the runtime share. One process has one tool, so one object: its state is `rucy`. */
#ifndef RUCY_H
#define RUCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/internal.h>
#include <mruby/numeric.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/value.h>
#include <mruby/variable.h>

struct rucy {
	struct RClass *module;		/* Rucy */
	struct RClass *record;		/* Rucy::Record, of which structs without a class of the tool's are */
	struct RClass *failure;		/* Rucy::Failure: what ends a tool with one line and a status */
	struct bpf_object *object;
	const struct btf *btf;		/* the object's own types; NULL without any */
	struct RClass **classes;	/* by type id: the class of a struct's records, NULL until one is met */
	bool loaded;
};

extern struct rucy rucy;

/* Ruby as tables in C, see build.py: `symbols` is filled before it runs, each by its number in `which`, of `names` */
struct word {
	const char *name;	/* or NULL: */
	mrb_sym known;
};

struct code {
	const struct RProc *top;
	mrb_sym *symbols;
	const uint16_t *which;
	const struct word *names;
	uint32_t count, name_count;
};

/* parts.c, which is generated: the Ruby library, then its parts that are run when they are first named; the last has no name */
struct part {
	const char *name;
	const struct code *code;
};

extern const struct part rucy_parts[];

/* main.c: a part of the payload; NULL when it has none of that name */
const void *payload_part(const char *name, size_t *size);

/* json.c: arrays, hashes with String keys, strings, numbers, true, false, nil; raises Rucy::Failure */
mrb_value json_parse(mrb_state *mrb, const char *text, size_t size);

/* values.c: bytes <-> values by a type of the object's BTF. What is decoded must be btf__resolve_size(type) bytes long;
 * encoding fills `out`, which must be that long and zero, and raises TypeError or RangeError. */
mrb_value decode_value(mrb_state *mrb, uint32_t type, const uint8_t *bytes);
mrb_value decode_key(mrb_state *mrb, uint32_t type, const uint8_t *bytes);
void encode_value(mrb_state *mrb, uint32_t type, mrb_value value, uint8_t *out);
mrb_value integer_of_u64(mrb_state *mrb, uint64_t number);
uint64_t u64_of_integer(mrb_state *mrb, mrb_value value);
const struct btf_type *plain_type(uint32_t type, uint32_t *id);
uint32_t size_of_type(uint32_t type);

/* A record: the bytes of a struct, decoded field by field when asked for. */
struct record {
	uint32_t size;
	bool writable;		/* made by the tool itself; one taken from a map or ring is a frozen copy */
	uint8_t bytes[];
};

mrb_value record_new(mrb_state *mrb, uint32_t type, const uint8_t *bytes, uint32_t size);
struct record *record_of(mrb_state *mrb, mrb_value value);
uint32_t type_of_class(mrb_state *mrb, struct RClass *klass);

/* host.c: standard output is buffered; signals are counted */
void output_write(const char *text, size_t size);
void output_line(mrb_state *mrb, const char *text, size_t size);
int output_flush(void);
const char *kernel_symbol(uint64_t address, uint64_t *offset);

/* syscalls.c, which is generated: names of this machine's system calls by number, NULL where there is none */
extern const char *const rucy_syscalls[];
extern const int rucy_syscall_count;

void *allocate(mrb_state *mrb, void *piece, size_t size, void *data);
void init_host(mrb_state *mrb);
void init_names(mrb_state *mrb);
void init_refusals(mrb_state *mrb);
void init_symbols(mrb_state *mrb);
void init_values(mrb_state *mrb);
void init_object(mrb_state *mrb);
void detach_staying(void);
void init_maps(mrb_state *mrb);
void init_printing(mrb_state *mrb);
void init_rings(mrb_state *mrb);

/* Raises Rucy::Failure with a line for the user and the exit status. */
mrb_noreturn void fail(mrb_state *mrb, int status, const char *format, ...);

#endif
