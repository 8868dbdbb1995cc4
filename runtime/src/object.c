/* The object: opened, its programs set up, loaded and attached, its global variables read and written. Errors are negative
 * numbers as libbpf gives them; what they mean to a user is said by the Ruby library. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "rucy.h"

/* ---- what libbpf says: kept until it is asked for; the verifier's logs are written as they come, where that is wished */

static char *said;
static size_t said_size;
static char *log_reader; /* the tool's name, where logs are written */

static void write_log(const char *format, va_list arguments)
{
	const char *program, *log;

	if (!log_reader || !strstr(format, "'%s': -- BEGIN PROG LOAD LOG --\n%s"))
		return;
	program = va_arg(arguments, const char *);
	log = va_arg(arguments, const char *);
	dprintf(2, "%s: the verifier's log of `%s`:\n%s", log_reader, program, log);
}

static int keep_message(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char *text, *grown;
	va_list same;
	int size;

	va_copy(same, arguments);
	write_log(format, same);
	va_end(same);
	if (level == LIBBPF_DEBUG || (size = vasprintf(&text, format, arguments)) < 0)
		return 0;
	grown = realloc(said, said_size + size + 1);
	if (grown) {
		said = grown;
		memcpy(said + said_size, text, size + 1);
		said_size += size;
	}
	free(text);
	return size;
}

static mrb_value take_messages(mrb_state *mrb, mrb_value self)
{
	mrb_value text = mrb_str_new(mrb, said ? said : "", said_size);

	said_size = 0;
	return text;
}

/* ---- before loading */

static mrb_value open_object(mrb_state *mrb, mrb_value self)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "rucy");
	mrb_value path;
	const char *bytes;
	mrb_int size;

	mrb_get_args(mrb, "so", &bytes, &size, &path);
	if (mrb_string_p(path))
		options.btf_custom_path = mrb_string_cstr(mrb, path);
	rucy.object = bpf_object__open_mem(bytes, size, &options);
	if (!rucy.object)
		return mrb_fixnum_value(-errno);
	rucy.btf = bpf_object__btf(rucy.object);
	if (rucy.btf)
		rucy.classes = calloc(btf__type_cnt(rucy.btf), sizeof *rucy.classes);
	return mrb_fixnum_value(0);
}

/* Rucy.btf_in_tool: the path of what was put into the tool of the types of this kernel, or nil. libbpf wants a file. */
static mrb_value btf_in_tool(mrb_state *mrb, mrb_value self)
{
	struct utsname kernel;
	char text[sizeof kernel.release + 8];
	const uint8_t *types;
	size_t size;
	int file;

	uname(&kernel);
	snprintf(text, sizeof text, "btf/%s", kernel.release);
	types = payload_part(text, &size);
	file = types ? memfd_create("btf", MFD_CLOEXEC) : -1;
	if (file < 0 || write(file, types, size) != (ssize_t)size)
		return mrb_nil_value();
	snprintf(text, sizeof text, "/proc/self/fd/%d", file);
	return mrb_str_new_cstr(mrb, text);
}

static struct bpf_program *program_named(mrb_state *mrb, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(rucy.object, name);

	if (!program)
		fail(mrb, 1, "the tool has no program `%s`", name);
	return program;
}

/* Rucy.set_program(name, type, attach type or nil, target or nil, sleepable) */
static mrb_value set_program(mrb_state *mrb, mrb_value self)
{
	const char *name;
	mrb_int type;
	mrb_value attach_type, target;
	mrb_bool sleepable;

	mrb_get_args(mrb, "zioob", &name, &type, &attach_type, &target, &sleepable);
	struct bpf_program *program = program_named(mrb, name);
	bpf_program__set_type(program, type);
	bpf_program__set_expected_attach_type(program, mrb_nil_p(attach_type) ? 0 : mrb_integer(attach_type));
	if (sleepable)
		bpf_program__set_flags(program, BPF_F_SLEEPABLE);
	return mrb_fixnum_value(mrb_nil_p(target) ? 0 : bpf_program__set_attach_target(program, 0, mrb_string_cstr(mrb, target)));
}

static mrb_value leave_out(mrb_state *mrb, mrb_value self)
{
	const char *name;

	mrb_get_args(mrb, "z", &name);
	bpf_program__set_autoload(program_named(mrb, name), false);
	return mrb_nil_value();
}

/* Where an arena lies for us: the kernel wants to know it before it takes a program that has one. Within 4 GiB, and not at a
 * multiple of them, so that no object's low half is 0; as src/rucy/loader/objects.py has it. */
#define ARENA_ADDRESS ((1ull << 44) + (1 << 16))

static mrb_value load_object(mrb_state *mrb, mrb_value self)
{
	struct bpf_map *map;
	int error;

	bpf_object__for_each_map(map, rucy.object)
		if (bpf_map__type(map) == BPF_MAP_TYPE_ARENA)
			bpf_map__set_map_extra(map, ARENA_ADDRESS);
	error = bpf_object__load(rucy.object);
	rucy.loaded = !error;
	return mrb_fixnum_value(error);
}

/* Rucy.write_logs(name): all that the verifier says while programs are loaded goes to standard error, as `name` says it */
static mrb_value write_logs(mrb_state *mrb, mrb_value self)
{
	struct bpf_program *program;
	const char *name;

	mrb_get_args(mrb, "z", &name);
	log_reader = strdup(name);
	bpf_object__for_each_program(program, rucy.object)
		bpf_program__set_log_level(program, 2 | 4); /* BPF_LOG_LEVEL2 | BPF_LOG_STATS of include/linux/bpf_verifier.h */
	return mrb_nil_value();
}

static mrb_value is_loaded(mrb_state *mrb, mrb_value self)
{
	struct bpf_program *program;
	const char *name;

	mrb_get_args(mrb, "z", &name);
	program = bpf_object__find_program_by_name(rucy.object, name);
	return mrb_bool_value(program && bpf_program__fd(program) >= 0);
}

static mrb_value close_object(mrb_state *mrb, mrb_value self)
{
	bpf_object__close(rucy.object);
	rucy.object = NULL;
	return mrb_nil_value();
}

/* ---- global variables */

struct place {
	uint8_t *at;
	uint32_t size, type;
	bool constant;
};

/* The memory of a section: what it will be before loading, the kernel's own afterwards. */
static uint8_t *section_memory(const char *section, bool constant)
{
	static uint8_t *mapped[2];
	struct bpf_map *map = bpf_object__find_map_by_name(rucy.object, section);
	uint8_t **memory = &mapped[section[1] == 'b'];
	size_t size;

	if (!map)
		return NULL;
	if (!rucy.loaded || constant)
		return bpf_map__initial_value(map, &size);
	if (!*memory) {
		*memory = mmap(NULL, bpf_map__value_size(map), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
		if (*memory == MAP_FAILED)
			*memory = NULL;
	}
	return *memory;
}

static bool find_global(const char *name, struct place *place)
{
	static const char *const sections[] = {".data", ".bss", ".rodata"};

	for (int at = 0; at < 3 && rucy.btf; at++) {
		int id = btf__find_by_name_kind(rucy.btf, sections[at], BTF_KIND_DATASEC);
		const struct btf_type *section = id > 0 ? btf__type_by_id(rucy.btf, id) : NULL;

		for (int entry = 0; section && entry < btf_vlen(section); entry++) {
			const struct btf_var_secinfo *info = &btf_var_secinfos(section)[entry];
			const struct btf_type *var = btf__type_by_id(rucy.btf, info->type);
			uint8_t *memory;

			if (strcmp(btf__name_by_offset(rucy.btf, var->name_off), name))
				continue;
			memory = section_memory(sections[at], at == 2);
			*place = (struct place){memory + info->offset, info->size, var->type, at == 2};
			return memory && size_of_type(var->type) == info->size;
		}
	}
	return false;
}

static struct place global_named(mrb_state *mrb, const char *name)
{
	struct place place;

	if (!find_global(name, &place))
		fail(mrb, 70, "the tool has no variable `%s`", name);
	return place;
}

static mrb_value has_global(mrb_state *mrb, mrb_value self)
{
	struct place place;
	const char *name;

	mrb_get_args(mrb, "z", &name);
	return mrb_bool_value(find_global(name, &place));
}

static mrb_value get_global(mrb_state *mrb, mrb_value self)
{
	const char *name;

	mrb_get_args(mrb, "z", &name);
	struct place place = global_named(mrb, name);
	return decode_value(mrb, place.type, place.at);
}

/* A number is stored at once, as the kernel half reads it. */
static void store_value(mrb_state *mrb, uint32_t type, mrb_value value, uint8_t *at, uint32_t size)
{
	mrb_value bytes = mrb_str_new(mrb, NULL, size);

	memset(RSTRING_PTR(bytes), 0, size);
	encode_value(mrb, type, value, (uint8_t *)RSTRING_PTR(bytes));
	if (size == 8) {
		uint64_t number;

		memcpy(&number, RSTRING_PTR(bytes), 8);
		__atomic_store_n((uint64_t *)at, number, __ATOMIC_RELAXED);
	} else {
		memcpy(at, RSTRING_PTR(bytes), size);
	}
}

static mrb_value set_global(mrb_state *mrb, mrb_value self)
{
	const char *name;
	mrb_value value;

	mrb_get_args(mrb, "zo", &name, &value);
	struct place place = global_named(mrb, name);
	if (place.constant && rucy.loaded)
		fail(mrb, 1, "`%s` is read-only once the tool has loaded", name);
	store_value(mrb, place.type, value, place.at, place.size);
	return value;
}

/* Rucy.set_element(name, index, value): of a variable that is an array, and nothing of the others in it */
static mrb_value set_element(mrb_state *mrb, mrb_value self)
{
	const char *name;
	mrb_value value;
	mrb_int index;

	mrb_get_args(mrb, "zio", &name, &index, &value);
	struct place place = global_named(mrb, name);
	const struct btf_array *array = btf_array(btf__type_by_id(rucy.btf, place.type));
	uint32_t size = size_of_type(array->type);
	if (index < 0)
		index += array->nelems;
	if (index < 0 || index >= array->nelems)
		mrb_raisef(mrb, E_INDEX_ERROR, "`$%s` has %i elements", name, (mrb_int)array->nelems);
	store_value(mrb, array->type, value, place.at + size * index, size);
	return value;
}

static mrb_value global_size(mrb_state *mrb, mrb_value self)
{
	const char *name;

	mrb_get_args(mrb, "z", &name);
	return mrb_fixnum_value(global_named(mrb, name).size);
}

/* Rucy.global_number(name): its bytes as one number, whatever its type */
static mrb_value global_number(mrb_state *mrb, mrb_value self)
{
	const char *name;
	uint64_t number = 0;

	mrb_get_args(mrb, "z", &name);
	struct place place = global_named(mrb, name);
	memcpy(&number, place.at, place.size < 8 ? place.size : 8);
	return integer_of_u64(mrb, number);
}

/* ---- tc: a tcx link where the kernel has them and the program's verdicts mean the same there; else a filter. That has no owner
 * with which it would go: so the handle of ours says that it is, and a number that its process holds while it lives, as an
 * abstract socket of the network namespace. Whatever has a number that nobody holds was left by a process that was killed. A
 * qdisc that this process made must go with the last filter. As src/rucy/loader/tc.py has it. */

#define TC_OURS 0x52756000u
#define TC_MADE 0x800u /* the process made the qdisc too */
#define TC_NUMBERS 0x800u

static int *made_qdiscs; /* interfaces, by index */
static size_t made_count;

static bool is_made(int interface)
{
	for (size_t at = 0; at < made_count; at++)
		if (made_qdiscs[at] == interface)
			return true;
	return false;
}

static void set_made(int interface, bool made)
{
	if (made && !is_made(interface)) {
		int *more = realloc(made_qdiscs, (made_count + 1) * sizeof *more);

		if (!more)
			return;
		made_qdiscs = more;
		made_qdiscs[made_count++] = interface;
	}
	for (size_t at = 0; !made && at < made_count; at++)
		if (made_qdiscs[at] == interface)
			made_qdiscs[at--] = made_qdiscs[--made_count];
}

struct filter {
	uint32_t handle, priority;
	bool bpf;
};

static bool is_bpf(struct nlmsghdr *head)
{
	struct rtattr *each = (void *)((char *)NLMSG_DATA(head) + NLMSG_ALIGN(sizeof(struct tcmsg)));
	int size = NLMSG_PAYLOAD(head, sizeof(struct tcmsg));

	for (; RTA_OK(each, size); each = RTA_NEXT(each, size))
		if (each->rta_type == TCA_KIND)
			return RTA_PAYLOAD(each) == 4 && !memcmp(RTA_DATA(each), "bpf", 4);
	return false;
}

/* Filters on one side of an interface's clsact: how many, of which the first are kept; -1 where they cannot be listed. Each is told
 * with a handle; the line of its priority alone has handle 0. libbpf cannot list them. */
static int list_filters(int interface, uint32_t parent, struct filter *kept, int room)
{
	struct {
		struct nlmsghdr head;
		struct tcmsg body;
	} request = {
		.head = {sizeof request, RTM_GETTFILTER, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
		.body = {.tcm_ifindex = interface, .tcm_parent = parent},
	};
	struct timeval limit = {.tv_sec = 5};
	int route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), count = 0;
	static char reply[1 << 16] __attribute__((aligned(4)));
	bool whole = false;
	ssize_t size;

	setsockopt(route, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (route < 0 || send(route, &request, sizeof request, 0) < 0)
		goto end;
	while ((size = recv(route, reply, sizeof reply, 0)) > 0) {
		for (struct nlmsghdr *head = (void *)reply; NLMSG_OK(head, size); head = NLMSG_NEXT(head, size)) {
			whole = head->nlmsg_type == NLMSG_DONE;
			if (whole || head->nlmsg_type == NLMSG_ERROR)
				goto end;
			struct tcmsg *told = NLMSG_DATA(head);

			if (head->nlmsg_type != RTM_NEWTFILTER || !told->tcm_handle)
				continue;
			if (count < room)
				kept[count] = (struct filter){told->tcm_handle, told->tcm_info >> 16, is_bpf(head)};
			count++;
		}
	}
end:
	if (route >= 0)
		close(route);
	return whole ? count : -1;
}

#define TC_SIDE(egress) TC_H_MAKE(TC_H_CLSACT, (egress) ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS)

/* Removes a filter, or the qdisc. Not by libbpf, whose way takes memory: a signal's handler does it too. */
static void remove_tc(int type, const struct tcmsg *what, const char *kind)
{
	struct {
		struct nlmsghdr head;
		struct tcmsg body;
		struct rtattr kind;
		char text[8];
	} request = {
		.head = {sizeof request, type, NLM_F_REQUEST | NLM_F_ACK, 1, 0},
		.body = *what,
		.kind = {RTA_LENGTH(strlen(kind) + 1), TCA_KIND},
	};
	struct timeval limit = {.tv_sec = 5};
	int route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	char reply[1024];

	if (route < 0)
		return;
	strcpy(request.text, kind);
	setsockopt(route, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	request.head.nlmsg_len = NLMSG_LENGTH(sizeof(struct tcmsg)) + RTA_ALIGN(request.kind.rta_len);
	if (send(route, &request, request.head.nlmsg_len, 0) > 0)
		(void)!recv(route, reply, sizeof reply, 0); /* when it is done */
	close(route);
}

static void remove_filter(int interface, uint32_t parent, uint32_t handle, uint32_t priority)
{
	struct tcmsg what = {
		.tcm_ifindex = interface, .tcm_parent = parent, .tcm_handle = handle,
		.tcm_info = TC_H_MAKE(priority << 16, __builtin_bswap16(3)), /* ETH_P_ALL */
	};

	remove_tc(RTM_DELTFILTER, &what, "bpf");
}

/* Where no filter is left on it, ours or not. */
static bool remove_qdisc(int interface)
{
	struct tcmsg what = {.tcm_ifindex = interface, .tcm_parent = TC_H_CLSACT, .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0)};

	if (list_filters(interface, TC_SIDE(false), NULL, 0) != 0 || list_filters(interface, TC_SIDE(true), NULL, 0) != 0)
		return false;
	remove_tc(RTM_DELQDISC, &what, "clsact");
	return true;
}

static void remove_made_qdisc(int interface)
{
	if (is_made(interface) && remove_qdisc(interface))
		set_made(interface, false);
}

/* A socket that holds the number, or -1 where somebody does. */
static int hold_number(uint32_t number)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int size = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "rucy-tc-%u", number);
	int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (made < 0 || !bind(made, (void *)&address, offsetof(struct sockaddr_un, sun_path) + 1 + size))
		return made;
	close(made);
	return -1;
}

static int take_number(uint32_t *number)
{
	for (uint32_t at = 0; at < TC_NUMBERS; at++) {
		int held;

		*number = (getpid() + at) % TC_NUMBERS;
		held = hold_number(*number);
		if (held >= 0)
			return held;
	}
	return -1;
}

static void remove_left(int interface)
{
	for (int egress = 0; egress < 2; egress++) {
		struct filter found[64];
		int count = list_filters(interface, TC_SIDE(egress), found, 64);

		for (int at = 0; at < count && at < 64; at++) {
			uint32_t handle = found[at].handle;
			int held = found[at].bpf && (handle & ~(TC_MADE | (TC_NUMBERS - 1))) == TC_OURS
				? hold_number(handle & (TC_NUMBERS - 1)) : -1;

			if (held < 0)
				continue;
			remove_filter(interface, TC_SIDE(egress), handle, found[at].priority);
			if (handle & TC_MADE)
				set_made(interface, true);
			close(held);
		}
	}
}

/* ---- links */

struct link {
	struct bpf_link *link;		/* or: */
	int fd;				/* a descriptor that holds the program there (xdp, tcx, a socket), that of a cgroup, or a filter's number */
	int program, attach_type;	/* of a cgroup on a kernel without links for it */
	int interface;			/* of a filter of tc; 0 otherwise */
	uint32_t parent, handle, priority;
	bool made_qdisc;
	struct link *next;		/* of those that do not go with the process */
};

static struct link *volatile staying;

static void stays(struct link *link)
{
	link->next = staying;
	staying = link;
}

static void leave_staying(struct link *link)
{
	struct link *each = staying;

	if (each == link)
		staying = link->next;
	for (; each; each = each->next)
		if (each->next == link)
			each->next = link->next;
}

static void undo(struct link *link)
{
	if (link->link)
		bpf_link__destroy(link->link);
	if (link->program)
		bpf_prog_detach2(link->program, link->fd, link->attach_type);
	if (link->interface)
		remove_filter(link->interface, link->parent, link->handle, link->priority);
	if (link->interface)
		remove_made_qdisc(link->interface);
	leave_staying(link); /* behind all that a second signal would have to do */
	if (link->fd >= 0)
		close(link->fd);
	*link = (struct link){.fd = -1};
}

/* What the kernel does not take down with the process: behind this, it ends at once. Called by a signal's handler, wherever the
 * process was: it asks for no memory, and what is removed twice does no harm. */
void detach_staying(void)
{
	for (struct link *each = staying; each; each = each->next)
		if (each->interface)
			remove_filter(each->interface, each->parent, each->handle, each->priority);
		else
			bpf_prog_detach2(each->program, each->fd, each->attach_type);
	for (struct link *each = staying; each; each = each->next)
		if (each->made_qdisc)
			remove_qdisc(each->interface);
}

static void free_link(mrb_state *mrb, void *link)
{
	undo(link);
	mrb_free(mrb, link);
}

static const mrb_data_type link_type = {"Link", free_link};

static mrb_value detach(mrb_state *mrb, mrb_value self)
{
	undo(mrb_data_get_ptr(mrb, self, &link_type));
	return mrb_nil_value();
}

static int attach_tracepoint(struct bpf_program *program, const char *target, struct link *link)
{
	char group[128];
	const char *name = strpbrk(target, ":/");

	if (!name || name - target >= (int)sizeof group)
		return -EINVAL;
	memcpy(group, target, name - target);
	group[name - target] = 0;
	link->link = bpf_program__attach_tracepoint(program, group, name + 1);
	return link->link ? 0 : -errno;
}

static int attach_kprobe(struct bpf_program *program, const char *target, bool at_return, struct link *link)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, many, .retprobe = at_return);
	LIBBPF_OPTS(bpf_kprobe_opts, one, .retprobe = at_return);
	const char *plus = strchr(target, '+');
	char name[256];

	if (strpbrk(target, "*?")) {
		link->link = bpf_program__attach_kprobe_multi_opts(program, target, &many);
		return link->link ? 0 : -errno;
	}
	snprintf(name, sizeof name, "%.*s", plus ? (int)(plus - target) : 255, target);
	one.offset = plus ? strtoul(plus + 1, NULL, 0) : 0;
	link->link = bpf_program__attach_kprobe_opts(program, name, &one);
	return link->link ? 0 : -errno;
}

/* Kernels before 5.7 have no cgroup links. */
static int attach_cgroup(struct bpf_program *program, int cgroup, struct link *link)
{
	int attach_type = bpf_program__expected_attach_type(program), error;

	link->link = bpf_program__attach_cgroup(program, cgroup);
	if (link->link || errno != EINVAL)
		return link->link ? 0 : -errno;
	error = bpf_prog_attach(bpf_program__fd(program), cgroup, attach_type, BPF_F_ALLOW_MULTI);
	if (!error)
		link->program = bpf_program__fd(program), link->attach_type = attach_type, link->fd = dup(cgroup), stays(link);
	return error;
}

static int attach_xdp(struct bpf_program *program, int interface, const char *mode, struct link *link)
{
	LIBBPF_OPTS(bpf_link_create_opts, options);

	options.flags = !strcmp(mode, "generic") ? XDP_FLAGS_SKB_MODE : !strcmp(mode, "native") ? XDP_FLAGS_DRV_MODE : 0;
	link->fd = bpf_link_create(bpf_program__fd(program), interface, BPF_XDP, &options);
	return link->fd < 0 ? link->fd : 0;
}

static int attach_filter(struct bpf_program *program, int interface, bool egress, struct link *link)
{
	struct bpf_tc_hook hook = {.sz = sizeof hook, .ifindex = interface, .attach_point = egress ? BPF_TC_EGRESS : BPF_TC_INGRESS};
	struct bpf_tc_opts options = {.sz = sizeof options, .prog_fd = bpf_program__fd(program)};
	int error = bpf_tc_hook_create(&hook), held;
	uint32_t number;

	if (error && error != -EEXIST)
		return error;
	if (!error)
		set_made(interface, true);
	held = take_number(&number);
	if (held >= 0)
		options.handle = TC_OURS | (is_made(interface) ? TC_MADE : 0) | number;
	error = bpf_tc_attach(&hook, &options);
	if (error) {
		remove_made_qdisc(interface);
		if (held >= 0)
			close(held);
	} else {
		link->interface = interface, link->parent = TC_SIDE(egress), link->handle = options.handle, link->priority = options.priority;
		link->made_qdisc = is_made(interface), link->fd = held;
		stays(link);
	}
	return error;
}

/* kind: "tc_ingress", "tc_egress", "tcx_ingress" or "tcx_egress". The newest is asked first, by a link as by a filter. */
static int attach_tc(struct bpf_program *program, int interface, const char *kind, struct link *link)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = BPF_F_BEFORE);
	bool egress = strchr(kind, '_')[1] == 'e';

	remove_left(interface);
	if (kind[2] == 'x') {
		link->fd = bpf_link_create(bpf_program__fd(program), interface, egress ? BPF_TCX_EGRESS : BPF_TCX_INGRESS, &options);
		if (link->fd != -EINVAL) /* what a kernel without says */
			return link->fd < 0 ? link->fd : 0;
	}
	return attach_filter(program, interface, egress, link);
}

/* A filter on a packet socket of our own, which exists for the filter alone. Protocol 0: nothing arrives before bind. */
static int attach_socket(struct bpf_program *program, int interface, struct link *link)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = __builtin_bswap16(3), .sll_ifindex = interface};
	int fd = bpf_program__fd(program), own = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (own < 0)
		return -errno;
	if (setsockopt(own, SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof fd) || bind(own, (void *)&address, sizeof address)) {
		int error = errno;
		close(own);
		return -error;
	}
	link->fd = own;
	return 0;
}

static int attach_by_kind(struct bpf_program *program, const char *kind, const char *target, int place, struct link *link)
{
	if (!strcmp(kind, "tracepoint"))
		return attach_tracepoint(program, target, link);
	if (!strcmp(kind, "kprobe") || !strcmp(kind, "kretprobe"))
		return attach_kprobe(program, target, kind[1] == 'r', link);
	if (!strcmp(kind, "cgroup"))
		return attach_cgroup(program, place, link);
	if (!strcmp(kind, "xdp"))
		return attach_xdp(program, place, target, link);
	if (!strncmp(kind, "tc_", 3) || !strncmp(kind, "tcx_", 4))
		return attach_tc(program, place, kind, link);
	if (!strcmp(kind, "socket"))
		return attach_socket(program, place, link);
	if (!strcmp(kind, "raw_tracepoint"))
		link->link = bpf_program__attach_raw_tracepoint(program, target);
	else if (!strcmp(kind, "trace") || !strcmp(kind, "tp_btf"))
		link->link = bpf_program__attach_trace(program);
	else if (!strcmp(kind, "lsm"))
		link->link = bpf_program__attach_lsm(program);
	else
		return -ENOSYS; /* no kind of ours */
	return link->link ? 0 : -errno;
}

/* Rucy.attach(program, kind, target, place): a Link, or what went wrong as a negative Integer. place: the descriptor of a
 * cgroup or the index of an interface; target of an xdp program: its mode, or "". */
static mrb_value attach(mrb_state *mrb, mrb_value self)
{
	const char *name, *kind, *target;
	mrb_int place;
	struct link *link;
	int error;

	mrb_get_args(mrb, "zzzi", &name, &kind, &target, &place);
	link = mrb_malloc(mrb, sizeof *link);
	*link = (struct link){.fd = -1};
	error = attach_by_kind(program_named(mrb, name), kind, target, place, link);
	if (error) {
		mrb_free(mrb, link);
		return mrb_fixnum_value(error);
	}
	return mrb_obj_value(mrb_data_object_alloc(mrb, mrb_class_get_under(mrb, rucy.module, "Link"), link, &link_type));
}

/* Rucy.code: [address, size] of the machine code of every program and of its parts; [] where the kernel hides them */
static mrb_value code(mrb_state *mrb, mrb_value self)
{
	mrb_value made = mrb_ary_new(mrb);
	struct bpf_program *program;

	bpf_object__for_each_program(program, rucy.object) {
		uint64_t addresses[64] = {0};
		uint32_t sizes[64] = {0}, size = sizeof(struct bpf_prog_info);
		struct bpf_prog_info info = {
			.nr_jited_ksyms = 64, .jited_ksyms = (uintptr_t)addresses,
			.nr_jited_func_lens = 64, .jited_func_lens = (uintptr_t)sizes,
		};

		if (bpf_program__fd(program) < 0 || bpf_prog_get_info_by_fd(bpf_program__fd(program), &info, &size))
			continue;
		for (uint32_t at = 0; at < 64 && at < info.nr_jited_ksyms && at < info.nr_jited_func_lens; at++)
			if (addresses[at])
				mrb_ary_push(mrb, made, mrb_assoc_new(mrb, integer_of_u64(mrb, addresses[at]), mrb_fixnum_value(sizes[at])));
	}
	return made;
}

void init_object(mrb_state *mrb)
{
	struct RClass *module = rucy.module, *link;

	libbpf_set_print(keep_message);
	mrb_define_class_method(mrb, module, "said", take_messages, MRB_ARGS_NONE());
	mrb_define_class_method(mrb, module, "btf_in_tool", btf_in_tool, MRB_ARGS_NONE());
	mrb_define_class_method(mrb, module, "open_object", open_object, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, module, "set_program", set_program, MRB_ARGS_REQ(5));
	mrb_define_class_method(mrb, module, "leave_out", leave_out, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "load_object", load_object, MRB_ARGS_NONE());
	mrb_define_class_method(mrb, module, "write_logs", write_logs, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "loaded?", is_loaded, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "close_object", close_object, MRB_ARGS_NONE());
	mrb_define_class_method(mrb, module, "global?", has_global, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "global", get_global, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "set_global", set_global, MRB_ARGS_REQ(2));
	mrb_define_class_method(mrb, module, "set_element", set_element, MRB_ARGS_REQ(3));
	mrb_define_class_method(mrb, module, "global_size", global_size, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "global_number", global_number, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, module, "attach", attach, MRB_ARGS_REQ(4));
	mrb_define_class_method(mrb, module, "code", code, MRB_ARGS_NONE());
	link = mrb_define_class_under(mrb, module, "Link", mrb->object_class);
	MRB_SET_INSTANCE_TT(link, MRB_TT_CDATA);
	mrb_define_method(mrb, link, "detach", detach, MRB_ARGS_NONE());
}
