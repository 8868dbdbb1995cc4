/* What numbers are called: times, addresses, system calls; names of compiled functions as they were written. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rucy.h"

/* Rucy.strftime(format, seconds since 1970, in UTC?) */
static mrb_value format_time(mrb_state *mrb, mrb_value self)
{
	const char *format;
	struct tm parts;
	mrb_int seconds;
	mrb_bool utc;
	char text[512];
	time_t time;

	mrb_get_args(mrb, "zib", &format, &seconds, &utc);
	time = seconds;
	if (!(utc ? gmtime_r(&time, &parts) : localtime_r(&time, &parts)))
		mrb_raise(mrb, mrb_class_get(mrb, "RangeError"), "there is no such time");
	return mrb_str_new(mrb, text, strftime(text, sizeof text, format, &parts));
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Rucy.clock(number): its nanoseconds */
static mrb_value clock_now(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, read_clock(mrb_integer(mrb_get_arg1(mrb))));
}

/* Rucy.ip(4 or 16 bytes): the address as text, nil of other lengths */
static mrb_value address_text(mrb_state *mrb, mrb_value self)
{
	char text[INET6_ADDRSTRLEN];
	mrb_value bytes;

	mrb_get_args(mrb, "S", &bytes);
	if (RSTRING_LEN(bytes) != 4 && RSTRING_LEN(bytes) != 16)
		return mrb_nil_value();
	inet_ntop(RSTRING_LEN(bytes) == 4 ? AF_INET : AF_INET6, RSTRING_PTR(bytes), text, sizeof text);
	return mrb_str_new_cstr(mrb, text);
}

/* Rucy.syscall_name(number) of this machine; nil where it has none */
static mrb_value syscall_name(mrb_state *mrb, mrb_value self)
{
	mrb_int number = mrb_integer(mrb_get_arg1(mrb));

	if (number < 0 || number >= rucy_syscall_count || !rucy_syscalls[number])
		return mrb_nil_value();
	return mrb_str_new_cstr(mrb, rucy_syscalls[number]);
}

/* Of libc++abi. */
char *__cxa_demangle(const char *name, char *out, size_t *size, int *status);

/* Rucy.demangled(name of a C++ function, as linkers see it); nil of what is none */
static mrb_value demangled(mrb_state *mrb, mrb_value self)
{
	const char *name;
	mrb_value made;
	char *text;

	mrb_get_args(mrb, "z", &name);
	text = strlen(name) < 4096 ? __cxa_demangle(name, NULL, NULL, NULL) : NULL;
	made = text ? mrb_str_new_cstr(mrb, text) : mrb_nil_value();
	free(text);
	return made;
}

void init_names(mrb_state *mrb)
{
	mrb_define_class_method(mrb, rucy.module, "strftime", format_time, MRB_ARGS_REQ(3));
	mrb_define_class_method(mrb, rucy.module, "clock", clock_now, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "ip", address_text, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "syscall_name", syscall_name, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, rucy.module, "demangled", demangled, MRB_ARGS_REQ(1));
}
