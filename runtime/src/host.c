/* The machine around the tool: output, signals, waiting, clocks, names of the kernel's addresses. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rucy.h"

/* ---- standard output, in large pieces */

static char pending[1 << 16];
static size_t pending_size;
static int output_error;
static bool at_terminal;

/* What a view prints, until it is drawn as a whole. */
static bool capturing;
static char *kept;
static size_t kept_size, kept_space;

static void keep(const char *text, size_t size)
{
	if (kept_size + size > kept_space) {
		size_t space = (kept_size + size) * 2;
		char *more = realloc(kept, space);

		if (!more)
			return;
		kept = more;
		kept_space = space;
	}
	memcpy(kept + kept_size, text, size);
	kept_size += size;
}

int output_flush(void)
{
	size_t at = 0;

	while (at < pending_size && !output_error) {
		ssize_t written = write(1, pending + at, pending_size - at);

		if (written >= 0)
			at += written;
		else if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = 1, .events = POLLOUT}, 1, -1);
		else if (errno != EINTR)
			output_error = errno;
	}
	pending_size = 0;
	return output_error;
}

void output_write(const char *text, size_t size)
{
	if (capturing) {
		keep(text, size);
		return;
	}
	while (size) {
		size_t piece = sizeof pending - pending_size;

		if (piece > size)
			piece = size;
		memcpy(pending + pending_size, text, piece);
		pending_size += piece, text += piece, size -= piece;
		if (pending_size == sizeof pending)
			output_flush();
	}
}

/* Raises what has become of standard output: Rucy::BrokenPipe where nobody reads on, a Failure where it cannot be written. */
static void require_output(mrb_state *mrb)
{
	if (output_error == EPIPE)
		mrb_raise(mrb, mrb_class_get_under(mrb, rucy.module, "BrokenPipe"), strerror(output_error));
	if (output_error)
		fail(mrb, 1, "standard output cannot be written: %s", strerror(output_error));
}

/* Text that may end a line: that goes out at once on a terminal. Raises as require_output does. */
void output_line(mrb_state *mrb, const char *text, size_t size)
{
	output_write(text, size);
	if (at_terminal && pending_size && pending[pending_size - 1] == '\n')
		output_flush();
	require_output(mrb);
}

/* Rucy.write(text) */
static mrb_value write_text(mrb_state *mrb, mrb_value self)
{
	mrb_value text = mrb_get_arg1(mrb);

	output_line(mrb, RSTRING_PTR(text), RSTRING_LEN(text));
	return mrb_nil_value();
}

static mrb_value exit_now(mrb_state *mrb, mrb_value self)
{
	output_flush();
	detach_staying();
	_exit(mrb_integer(mrb_get_arg1(mrb)));
}

static mrb_value flush_text(mrb_state *mrb, mrb_value self)
{
	output_flush();
	return mrb_nil_value();
}

/* Rucy.deliver: flush; raises where that fails, or has failed before */
static mrb_value deliver(mrb_state *mrb, mrb_value self)
{
	output_flush();
	require_output(mrb);
	return mrb_nil_value();
}

static mrb_value write_error(mrb_state *mrb, mrb_value self)
{
	mrb_value text = mrb_get_arg1(mrb);

	(void)!write(2, RSTRING_PTR(text), RSTRING_LEN(text));
	return mrb_nil_value();
}

static mrb_value is_terminal(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(isatty(mrb_integer(mrb_get_arg1(mrb))));
}

/* Rucy.terminal_size: [columns, rows]; zeros without one. */
static mrb_value terminal_size(mrb_state *mrb, mrb_value self)
{
	struct winsize size = {0};

	ioctl(1, TIOCGWINSZ, &size);
	return mrb_assoc_new(mrb, mrb_fixnum_value(size.ws_col), mrb_fixnum_value(size.ws_row));
}

/* Rucy.capture: from here on output is kept */
static mrb_value capture(mrb_state *mrb, mrb_value self)
{
	output_flush();
	capturing = true;
	kept_size = 0;
	return mrb_nil_value();
}

/* Rucy.captured: what has been kept, as text; output goes out again */
static mrb_value captured(mrb_state *mrb, mrb_value self)
{
	capturing = false;
	return mrb_str_new(mrb, kept, kept_size);
}

/* ---- signals: the first asks to stop, the second ends the process at once; one that the tool traps is counted */

static volatile sig_atomic_t stops;
static int stop_pipe[2] = {-1, -1};
static int trapped[64];

static void stop(int number)
{
	if (stops++) {
		detach_staying();
		_exit(130);
	}
	(void)!write(stop_pipe[1], "!", 1);
}

static void trap(int number)
{
	__atomic_fetch_add(&trapped[number], 1, __ATOMIC_RELAXED);
	(void)!write(stop_pipe[1], "!", 1);
}

static mrb_value catch_signals(mrb_state *mrb, mrb_value self)
{
	struct sigaction action = {.sa_handler = stop}, before;
	sigset_t all;

	(void)!pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL); /* even when it was inherited as ignored */
	sigaction(SIGHUP, NULL, &before);
	if (before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return mrb_nil_value();
}

/* Rucy.trap(number, how): "trap", "ignore", "stop" as a tool does by itself, or "default" */
static mrb_value set_trap(mrb_state *mrb, mrb_value self)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	mrb_int number;
	const char *how;

	mrb_get_args(mrb, "iz", &number, &how);
	if (!strcmp(how, "trap"))
		action.sa_handler = trap;
	else if (!strcmp(how, "ignore"))
		action.sa_handler = SIG_IGN;
	else if (!strcmp(how, "stop"))
		action.sa_handler = stop;
	sigaction(number, &action, NULL);
	return mrb_nil_value();
}

/* Rucy.trapped: the numbers of signals that have come since, each as often as it was seen; nil when there is none */
static mrb_value trapped_signals(mrb_state *mrb, mrb_value self)
{
	mrb_value found = mrb_nil_value();

	for (int number = 1; number < 64; number++)
		for (; __atomic_load_n(&trapped[number], __ATOMIC_RELAXED); __atomic_fetch_sub(&trapped[number], 1, __ATOMIC_RELAXED)) {
			if (mrb_nil_p(found))
				found = mrb_ary_new(mrb);
			mrb_ary_push(mrb, found, mrb_fixnum_value(number));
		}
	return found;
}

static mrb_value stops_so_far(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value(stops);
}

static mrb_value ask_to_stop(mrb_state *mrb, mrb_value self)
{
	if (!stops)
		stop(0);
	return mrb_nil_value();
}

/* ---- waiting */

/* Rucy.poll(descriptors, seconds): until one is readable, a signal asks to stop, or the time is over (nil: never) */
static mrb_value poll_all(mrb_state *mrb, mrb_value self)
{
	struct pollfd all[66];
	char woken[64];
	mrb_value given, seconds;
	int count = 1;
	double left;

	mrb_get_args(mrb, "Ao", &given, &seconds);
	all[0] = (struct pollfd){.fd = stop_pipe[0], .events = POLLIN}; /* a signal that came before wakes it too */
	for (mrb_int at = 0; at < RARRAY_LEN(given) && count < 66; at++)
		all[count++] = (struct pollfd){.fd = mrb_integer(RARRAY_PTR(given)[at]), .events = POLLIN};
	left = mrb_nil_p(seconds) ? -1 : mrb_as_float(mrb, seconds) * 1000;
	poll(all, count, left < 0 ? -1 : left > 1e9 ? 1000000000 : (int)(left + 0.999));
	if (all[0].revents & POLLIN)
		(void)!read(stop_pipe[0], woken, sizeof woken);
	return mrb_nil_value();
}

static mrb_value is_readable(mrb_state *mrb, mrb_value self)
{
	struct pollfd one = {.fd = mrb_integer(mrb_get_arg1(mrb)), .events = POLLIN};

	return mrb_bool_value(poll(&one, 1, 0) > 0);
}

static mrb_value now(mrb_state *mrb, mrb_value self)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return mrb_float_value(mrb, time.tv_sec + time.tv_nsec / 1e9);
}

static mrb_value sleep_for(mrb_state *mrb, mrb_value self)
{
	double seconds = mrb_as_float(mrb, mrb_get_arg1(mrb));

	usleep(seconds * 1e6);
	return mrb_nil_value();
}

/* ---- files and the rest of the system */

/* Rucy.open_path(path, flags): a descriptor, or a negative error */
static mrb_value open_path(mrb_state *mrb, mrb_value self)
{
	const char *path;
	mrb_int flags;
	int fd;

	mrb_get_args(mrb, "zi", &path, &flags);
	fd = open(path, flags | O_CLOEXEC);
	return mrb_fixnum_value(fd < 0 ? -errno : fd);
}

static mrb_value close_number(mrb_state *mrb, mrb_value self)
{
	close(mrb_integer(mrb_get_arg1(mrb)));
	return mrb_nil_value();
}

/* Rucy.read_number(descriptor): what is there now, "" at the end, or a negative error (-EAGAIN: nothing yet) */
static mrb_value read_number(mrb_state *mrb, mrb_value self)
{
	char bytes[1 << 16];
	ssize_t size = read(mrb_integer(mrb_get_arg1(mrb)), bytes, sizeof bytes);

	return size < 0 ? mrb_fixnum_value(-errno) : mrb_str_new(mrb, bytes, size);
}

static mrb_value write_file(mrb_state *mrb, mrb_value self)
{
	const char *path, *text;
	int fd, error = 0;

	mrb_get_args(mrb, "zz", &path, &text);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return mrb_fixnum_value(-errno);
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return mrb_fixnum_value(error);
}

static mrb_value mount_tracefs(mrb_state *mrb, mrb_value self)
{
	const char *path;

	mrb_get_args(mrb, "z", &path);
	return mrb_fixnum_value(mount("tracefs", path, "tracefs", 0, NULL) ? -errno : 0);
}

/* Rucy.file_system(descriptor): the magic number of the file system that it lies in */
static mrb_value file_system(mrb_state *mrb, mrb_value self)
{
	struct statfs info = {0};

	fstatfs(mrb_integer(mrb_get_arg1(mrb)), &info);
	return mrb_int_value(mrb, (uint32_t)info.f_type);
}

static mrb_value interface_index(mrb_state *mrb, mrb_value self)
{
	const char *name;

	mrb_get_args(mrb, "z", &name);
	return mrb_fixnum_value(if_nametoindex(name));
}

static mrb_value interfaces(mrb_state *mrb, mrb_value self)
{
	mrb_value found = mrb_ary_new(mrb);
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *each = all; each && each->if_name; each++)
		mrb_ary_push(mrb, found, mrb_str_new_cstr(mrb, each->if_name));
	if (all)
		if_freenameindex(all);
	return found;
}

static mrb_value error_text(mrb_state *mrb, mrb_value self)
{
	mrb_int number = mrb_integer(mrb_get_arg1(mrb));

	return mrb_str_new_cstr(mrb, strerror(number < 0 ? -number : number));
}

static mrb_value process_id(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value(getpid());
}

static mrb_value user_id(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value(geteuid());
}

static mrb_value environment(mrb_state *mrb, mrb_value self)
{
	extern char **environ;
	mrb_value hash = mrb_hash_new(mrb);

	for (char **each = environ; each && *each; each++) {
		const char *equals = strchr(*each, '=');

		if (equals)
			mrb_hash_set(mrb, hash, mrb_str_new(mrb, *each, equals - *each), mrb_str_new_cstr(mrb, equals + 1));
	}
	return hash;
}

/* Rucy.set_environment(name, value or nil), for programs that it starts */
static mrb_value set_environment(mrb_state *mrb, mrb_value self)
{
	const char *name, *value;

	mrb_get_args(mrb, "zz!", &name, &value);
	if ((value ? setenv(name, value, 1) : unsetenv(name)) < 0)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "no name of a variable: %s", name);
	return mrb_nil_value();
}

/* Rucy.shell(command): its exit status, or a negative error */
static mrb_value shell(mrb_state *mrb, mrb_value self)
{
	const char *command;
	int status = 0;
	pid_t child;

	mrb_get_args(mrb, "z", &command);
	output_flush();
	child = fork();
	if (!child) {
		signal(SIGPIPE, SIG_DFL);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (child < 0)
		return mrb_fixnum_value(-errno);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return mrb_fixnum_value(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* ---- names of the kernel's addresses, read when first asked for */

struct symbol {
	uint64_t address;
	const char *name;
	size_t order; /* in the file: of several at one address the last gives the name, as in src/rucy/loader/symbols.py */
};

static struct symbol *symbols;
static size_t symbol_count;

static int by_address(const void *a, const void *b)
{
	const struct symbol *one = a, *other = b;

	if (one->address != other->address)
		return one->address < other->address ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

static void read_symbols(void)
{
	static bool tried;
	char line[640], kind, name[512];
	unsigned long long address;
	size_t space = 0;
	FILE *file;

	if (tried || !(file = fopen("/proc/kallsyms", "re")))
		return;
	tried = true;
	while (fgets(line, sizeof line, file)) {
		if (sscanf(line, "%llx %c %511s", &address, &kind, name) != 3 || !strchr("tTwW", kind) || !address)
			continue;
		if (symbol_count == space) {
			space = space ? space * 2 : 1 << 16;
			symbols = realloc(symbols, space * sizeof *symbols);
		}
		symbols[symbol_count] = (struct symbol){address, strdup(name), symbol_count};
		symbol_count++;
	}
	fclose(file);
	qsort(symbols, symbol_count, sizeof *symbols, by_address);
}

/* NULL where it has no name: nothing begins within a MiB before it. */
const char *kernel_symbol(uint64_t address, uint64_t *offset)
{
	size_t low = 0, high;

	read_symbols();
	for (high = symbol_count; low < high;) {
		size_t middle = (low + high) / 2;

		if (symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - symbols[low - 1].address > 1 << 20)
		return NULL;
	*offset = address - symbols[low - 1].address;
	return symbols[low - 1].name;
}

/* Rucy.kernel_symbol(address): [name, offset] or nil */
static mrb_value name_address(mrb_state *mrb, mrb_value self)
{
	uint64_t offset;
	const char *name = kernel_symbol(u64_of_integer(mrb, mrb_get_arg1(mrb)), &offset);

	return name ? mrb_assoc_new(mrb, mrb_str_new_cstr(mrb, name), integer_of_u64(mrb, offset)) : mrb_nil_value();
}

void init_host(mrb_state *mrb)
{
	static const struct {
		const char *name;
		mrb_func_t function;
		mrb_aspec arguments;
	} all[] = {
		{"write", write_text, MRB_ARGS_REQ(1)},
		{"exit_now", exit_now, MRB_ARGS_REQ(1)},
		{"flush", flush_text, MRB_ARGS_NONE()},
		{"deliver", deliver, MRB_ARGS_NONE()},
		{"write_error", write_error, MRB_ARGS_REQ(1)},
		{"terminal?", is_terminal, MRB_ARGS_REQ(1)},
		{"terminal_size", terminal_size, MRB_ARGS_NONE()},
		{"capture", capture, MRB_ARGS_NONE()},
		{"captured", captured, MRB_ARGS_NONE()},
		{"catch_signals", catch_signals, MRB_ARGS_NONE()},
		{"stops", stops_so_far, MRB_ARGS_NONE()},
		{"trap", set_trap, MRB_ARGS_REQ(2)},
		{"trapped", trapped_signals, MRB_ARGS_NONE()},
		{"ask_to_stop", ask_to_stop, MRB_ARGS_NONE()},
		{"poll", poll_all, MRB_ARGS_REQ(2)},
		{"readable?", is_readable, MRB_ARGS_REQ(1)},
		{"now", now, MRB_ARGS_NONE()},
		{"sleep_for", sleep_for, MRB_ARGS_REQ(1)},
		{"open_path", open_path, MRB_ARGS_REQ(2)},
		{"close_number", close_number, MRB_ARGS_REQ(1)},
		{"read_number", read_number, MRB_ARGS_REQ(1)},
		{"write_file", write_file, MRB_ARGS_REQ(2)},
		{"mount_tracefs", mount_tracefs, MRB_ARGS_REQ(1)},
		{"file_system", file_system, MRB_ARGS_REQ(1)},
		{"interface_index", interface_index, MRB_ARGS_REQ(1)},
		{"interfaces", interfaces, MRB_ARGS_NONE()},
		{"error_text", error_text, MRB_ARGS_REQ(1)},
		{"process_id", process_id, MRB_ARGS_NONE()},
		{"user_id", user_id, MRB_ARGS_NONE()},
		{"environment", environment, MRB_ARGS_NONE()},
		{"set_environment", set_environment, MRB_ARGS_REQ(2)},
		{"shell", shell, MRB_ARGS_REQ(1)},
		{"kernel_symbol", name_address, MRB_ARGS_REQ(1)},
	};

	at_terminal = isatty(1);
	for (size_t at = 0; at < sizeof all / sizeof *all; at++)
		mrb_define_class_method(mrb, rucy.module, all[at].name, all[at].function, all[at].arguments);
}
