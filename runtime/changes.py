"""What is written otherwise in a source of others: mistakes of mruby 3.3, and what makes a tool start sooner."""

from __future__ import annotations

#: A file, what stands there once, and what stands there instead.
CHANGES = (
    # Each method that is defined goes through the method cache for its name, which at a start is never there: a table of bits
    # says so at once.
    ("mruby-3.3.0/src/class.c",
     "  struct mrb_cache_entry *mc = mrb->cache;\n\n  for (int i=0; i<MRB_METHOD_CACHE_SIZE; mc++,i++) {\n    if (mc->mid == id)",
     "  struct mrb_cache_entry *mc = mrb->cache;\n\n  if (!(mc_names[id>>3&127] & 1<<(id&7))) return;\n"
     "  for (int i=0; i<MRB_METHOD_CACHE_SIZE; mc++,i++) {\n    if (mc->mid == id)"),
    ("mruby-3.3.0/src/class.c", "        mc->mid = mid;\n",
     "        mc->mid = mid;\n        mc_names[mid>>3&127] |= 1<<(mid&7);\n"),
    ("mruby-3.3.0/src/class.c", "static void mc_clear(mrb_state *mrb);\n",
     "static uint8_t mc_names[128];\nstatic void mc_clear(mrb_state *mrb);\n"),
    # A table of methods grows when three quarters of it are taken: one that is full is walked all through for a name that it
    # does not have.
    ("mruby-3.3.0/src/class.c", "  if (t->alloc == 0) {\n    mt_rehash(mrb, t);\n  }\n\n  mrb_sym *keys",
     "  if (t->size >= t->alloc - t->alloc/4) {\n    mt_rehash(mrb, t);\n  }\n\n  mrb_sym *keys"),
    # The names that it is compiled with are found by a hash, instead of by halving their table.
    ("mruby-3.3.0/lib/mruby/presym.rb", """          f.puts %|  "#{sym}",|
        end
        f.puts "};"
""", """          f.puts %|  "#{sym}",|
        end
        f.puts "};"
        slots = [0] * 4096
        presyms.each.with_index(1) do |sym, number|
          place = sym.bytes.inject(0) { |hash, byte| hash * 31 + byte }
          place += 1 until slots[place % 4096] == 0
          slots[place % 4096] = number
        end
        f.puts "static const uint16_t presym_slots[4096] = {#{slots.join(",")}};"
"""),
    ("mruby-3.3.0/src/symbol.c", """  mrb_sym start, idx, presym_size = MRB_PRESYM_MAX;
  int cmp;
  for (start = 0; presym_size != 0; presym_size/=2) {
    idx = start+presym_size/2;
    cmp = (int)len-(int)presym_length_table[idx];
    if (cmp == 0) {
      cmp = memcmp(name, presym_name_table[idx], len);
      if (cmp == 0) return idx+1;
    }
    if (0 < cmp) {
      start = ++idx;
      --presym_size;
    }
  }
  return 0;
""", """  uint32_t hash = 0;
  mrb_sym number;

  for (size_t at=0; at<len; at++) {
    hash = hash*31 + (uint8_t)name[at];
  }
  for (; (number = presym_slots[hash%4096]) != 0; hash++) {
    if (presym_length_table[number-1] == len && memcmp(name, presym_name_table[number-1], len) == 0) return number;
  }
  return 0;
"""),
    # Ours and the program's fit at once.
    ("mruby-3.3.0/src/symbol.c", "if (symcapa == 0) symcapa = 100;", "if (symcapa == 0) symcapa = 1000;"),
    # `x += 1` of what is no Integer or Float of one word calls `+` on what may be a local variable's place: the argument must not
    # be laid behind it, where other variables are.
    ("mruby-3.3.0/src/vm.c", """\
      SET_INT_VALUE(mrb,regs[a+1], b);                                      \\
      mid = MRB_OPSYM(op_name);                                             \\
      goto L_SEND_SYM;                                                      \\
""", """\
    {                                                                       \\
      mrb_value number, sum;                                                \\
      SET_INT_VALUE(mrb, number, b);                                        \\
      sum = mrb_funcall_argv(mrb, regs[a], MRB_OPSYM(op_name), 1, &number); \\
      regs[a] = sum;                                                        \\
      mrb_gc_arena_restore(mrb, ai);                                        \\
    }                                                                       \\
"""),
    # Floats are written by libc: mruby's own way loses digits (0.1 + 0.2), rounds 99.95 to 99.9 and makes no number of 1e100.
    ("mruby-3.3.0/src/fmt_fp.c", """\
#include <math.h>
""", """\
#include <stdio.h>

int
mrb_format_float(mrb_float f, char *buf, size_t buf_size, char fmt, int prec, char sign)
{
  char text[8], *p = text;

  *p++ = '%';
  if (fmt & 0x80) *p++ = '#';
  if (sign) *p++ = sign;
  memcpy(p, ".*", 2);
  p[2] = fmt & 0x7f;
  p[3] = 0;
  return snprintf(buf, buf_size, text, prec, f);
}

#if 0 /* mruby's own way */
"""),
    ("mruby-3.3.0/src/fmt_fp.c", """\
  *s = '\\0';
  return (int)(s - buf);
}
#endif
""", """\
  *s = '\\0';
  return (int)(s - buf);
}
#endif
#endif
"""),
    # And they are read by it: its own way makes 9.999999999999998e+99 of 1e100.
    ("mruby-3.3.0/src/readfloat.c", """\
#include <math.h>
""", """\
#include <math.h>
#include <stdlib.h>
"""),
    ("mruby-3.3.0/src/readfloat.c", """\
done:
""", """\
done:
  if (str != a) {
    char text[128]; /* what has been found to be the number: after it may stand what strtod takes */

    if ((size_t)(a - str) < sizeof text) {
      memcpy(text, str, a - str);
      text[a - str] = 0;
      d = strtod(text, NULL);
    }
    else
      d = strtod(str, NULL);
  }
"""),
    # As short as it can be read back, laid out as Ruby does: from 1e15 on with an exponent if it is whole.
    ("mruby-3.3.0/src/numeric.c", """\
#include <string.h>
""", """\
#include <stdlib.h>
#include <string.h>
"""),
    ("mruby-3.3.0/src/numeric.c", """\
  char buf[25];
#ifdef MRB_USE_FLOAT32
  const int prec =  7;
#else
  const int prec =  15;
#endif
""", """\
  char buf[28];
  mrb_float f = mrb_float(flo);
"""),
    ("mruby-3.3.0/src/numeric.c", """\
  mrb_format_float(mrb_float(flo), buf, sizeof(buf), 'g', prec, '\\0');
""", """\
  int prec = 14;
  do {
    mrb_format_float(f, buf, sizeof(buf), 'g', ++prec, '\\0');
  } while (prec < 17 && strtod(buf, NULL) != f);
  if (fabs(f) >= 1e15 && !strpbrk(buf, ".e"))
    mrb_format_float(f, buf, sizeof(buf), 'e', prec - 1, '\\0');
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
  char sign = '\\0';
  int left_align = 0;
  int zero_pad = 0;

  if (flags & FSHARP) fmt |= 0x80;
  if (flags & FPLUS)  sign = '+';
  if (flags & FMINUS) left_align = 1;
  if (flags & FZERO)  zero_pad = 1;
  if (flags & FSPACE) sign = ' ';

  int len = mrb_format_float(f, buf, buf_size, fmt, prec, sign);

  // buf[0] < '0' returns true if the first character is space, + or -
  // buf[1] < '9' matches a digit, and doesn't match when we get back +nan or +inf
  if (buf[0] < '0' && buf[1] <= '9' && zero_pad) {
    buf++;
    width--;
    len--;
  }
  if (*buf < '0' || *buf >= '9') {
    // For inf or nan, we don't want to zero pad.
    zero_pad = 0;
  }
  if (len >= width) {
    return len;
  }
  buf[width] = '\\0';
  if (left_align) {
    memset(&buf[len], ' ', width - len);
    return width;
  }
  memmove(&buf[width - len], buf, len);
  if (zero_pad) {
    memset(buf, '0', width - len);
  }
  else {
    memset(buf, ' ', width - len);
  }
  return width;
}
""", """\
  char text[16], *p = text;

  *p++ = '%';
  for (int bit = 0; bit < 5; bit++)
    if (flags & (FSHARP << bit)) *p++ = "#-+0 "[bit];
  strcpy(p, "*.*");
  p[3] = fmt;
  p[4] = 0;
  return snprintf(buf, buf_size, text, flags & FWIDTH ? width : 0, flags & FPREC ? prec : -1, f);
}
"""),
    # A small Integer or a Float beside a large one.
    ("mruby-3.3.0/src/numeric.c", """\
  x = mrb_as_float(mrb, v1);
#endif
  switch (mrb_type(v2)) {
""", """\
  x = mrb_as_float(mrb, v1);
#endif
  if (mrb_integer_p(v1) && mrb_integer_p(v2))
    return (mrb_integer(v1) > mrb_integer(v2)) - (mrb_integer(v1) < mrb_integer(v2));
#ifdef MRB_USE_BIGINT
  if (mrb_bigint_p(v2))
    return isnan(x) ? -2 : -mrb_bint_cmp(mrb, v2, v1);
#endif
  switch (mrb_type(v2)) {
"""),
    ("mruby-3.3.0/src/numeric.c", """\
    if (x < y)
      return -1;
    return 0;
""", """\
    if (x < y)
      return -1;
    return x == y ? 0 : -2;
"""),
    ("mruby-3.3.0/src/numeric.c", """\
  a = mrb_integer(x);
  if (a == 0) return x;
  if (mrb_integer_p(y)) {
    b = mrb_integer(y);
    if (b == 0) mrb_int_zerodiv(mrb);
    if (a == MRB_INT_MIN\
""", """\
  a = mrb_integer(x);
  if (a == 0) return x;
#ifdef MRB_USE_BIGINT
  if (mrb_bigint_p(y)) return mrb_bint_mod(mrb, mrb_bint_new_int(mrb, a), y);
#endif
  if (mrb_integer_p(y)) {
    b = mrb_integer(y);
    if (b == 0) mrb_int_zerodiv(mrb);
    if (a == MRB_INT_MIN\
"""),
    ("mruby-3.3.0/src/numeric.c", """\
    return mrb_bint_divmod(mrb, x, y);
  }
#endif
""", """\
    return mrb_bint_divmod(mrb, x, y);
  }
  if (mrb_bigint_p(y)) return mrb_bint_divmod(mrb, mrb_bint_new_int(mrb, mrb_integer(x)), y);
#endif
"""),
    # A large Integer divided by a Float, and made of one.
    ("mruby-3.3.0/mrbgems/mruby-bigint/core/bigint.c", """\
mrb_bint_div(mrb_state *mrb, mrb_value x, mrb_value y)
{
#ifndef MRB_NO_FLOAT
  if (mrb_float_p(y)) {
    mrb_float v1 = mrb_bint_as_float(mrb, x);
    mrb_float v2 = mrb_float(y);
    return mrb_float_value(mrb,v1*v2);
""", """\
mrb_bint_div(mrb_state *mrb, mrb_value x, mrb_value y)
{
#ifndef MRB_NO_FLOAT
  if (mrb_float_p(y)) {
    mrb_float v1 = mrb_bint_as_float(mrb, x);
    mrb_float v2 = mrb_float(y);
    return mrb_float_value(mrb,v1/v2);
"""),
    ("mruby-3.3.0/mrbgems/mruby-bigint/core/bigint.c", """\
    if (i == 0) break;
  }
  return bint_norm(mrb, bint);
""", """\
    if (i == 0) break;
    x *= b;
  }
  return bint_norm(mrb, bint);
"""),
    ("mruby-3.3.0/src/string.c",
     "      if (badcheck && trailingbad(str, p, pend)) goto bad;\n      return mrb_bint_new_str",
     "      if (badcheck && trailingbad(str, p3, pend)) goto bad;\n      return mrb_bint_new_str"),
    # `format`: a large Integer is a number as any other, a width counts characters, and %c takes the first one.
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
#include <mruby/hash.h>
""", """\
#include <mruby/hash.h>
#include <mruby/internal.h>
#include <stdio.h>
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
      case 'E': {
""", """\
      case 'E':
      case 'a':
      case 'A': {
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
          case MRB_TT_INTEGER:
            v = mrb_integer(val);
            break;
""", """\
          case MRB_TT_INTEGER:
            v = mrb_integer(val);
            break;
          case MRB_TT_BIGINT:
            v = mrb_bint_cmp(mrb, val, mrb_fixnum_value(0));
            break;
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
          s = mrb_int_to_cstr(nbuf, sizeof(nbuf), v, base);
""", """\
          s = mrb_bigint_p(val) ? RSTRING_PTR(mrb_bint_to_s(mrb, val, base)) : mrb_int_to_cstr(nbuf, sizeof(nbuf), v, base);
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
          s = mrb_uint_to_cstr(nbuf, sizeof(nbuf), v, base);
""", """\
          if (mrb_bigint_p(val)) {
            mrb_value text = mrb_bint_to_s(mrb, val, base);
            if (v < 0) { /* in two's complement, with one of the leading digits that repeat for ever */
              mrb_value more = mrb_bint_pow(mrb, mrb_bint_new_int(mrb, base), mrb_fixnum_value(RSTRING_LEN(text)));
              text = mrb_bint_to_s(mrb, mrb_bint_add(mrb, more, val), base);
            }
            for (s = RSTRING_PTR(text); v < 0 && s[1] == s[0]; s++) ;
          }
          else
            s = mrb_uint_to_cstr(nbuf, sizeof(nbuf), v, base);
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
          slen = RSTRING_LEN(str);
          if (slen < 0) {
""", """\
          slen = mrb_utf8_strlen(RSTRING_PTR(str), len);
          if (slen < 0) {
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
            char *p = RSTRING_PTR(str) + prec;
""", """\
            char *p = RSTRING_PTR(str);
            for (int left = prec; left > 0; left--) p += mrb_utf8len(p, RSTRING_PTR(str) + len);
"""),
    ("mruby-3.3.0/mrbgems/mruby-sprintf/src/sprintf.c", """\
          if (RSTRING_LEN(tmp) != 1) {
            mrb_raise(mrb, E_ARGUMENT_ERROR, "%c requires a character");
          }
""", """\
          if (RSTRING_LEN(tmp) == 0) mrb_raise(mrb, E_ARGUMENT_ERROR, "%c requires a character");
          tmp = mrb_str_new(mrb, RSTRING_PTR(tmp), mrb_utf8len(RSTRING_PTR(tmp), RSTRING_PTR(tmp) + RSTRING_LEN(tmp)));
"""),
    # The smallest Integer of one word was no number for `Integer(text)`.
    ("mruby-3.3.0/src/string.c", """\
      if (sign == 0 && MRB_INT_MAX - n == c - 1) {
        n = MRB_INT_MIN;
        sign = 1;
        break;
""", """\
      if (sign == 0 && MRB_INT_MAX - n == c - 1 && (p + 1 == pend || (conv_digit(p[1]) < 0 && p[1] != '_'))) {
        n = MRB_INT_MIN;
        sign = 1;
        p++;
        break;
"""),
    # What is no number is neither more nor less.
    ("mruby-3.3.0/src/numeric.c", """\
static mrb_noreturn void
cmperr(mrb_state *mrb, mrb_value v1, mrb_value v2)
{
""", """\
static void
cmperr(mrb_state *mrb, mrb_value v1, mrb_value v2)
{
  if ((mrb_float_p(v1) && isnan(mrb_float(v1))) || (mrb_float_p(v2) && isnan(mrb_float(v2)))) return;
"""),
    ("mruby-3.3.0/src/numeric.c", "  if (n < 0) return mrb_true_value();\n", "  if (n == -1) return mrb_true_value();\n"),
    ("mruby-3.3.0/src/numeric.c", "  if (n <= 0) return mrb_true_value();\n",
     "  if (n == 0 || n == -1) return mrb_true_value();\n"),
    ("mruby-3.3.0/mrbgems/mruby-bigint/core/bigint.c", """\
    if (v1 > v2)  return 1;
    return -1;
  }
#endif
  struct RBigint *b = RBIGINT(x);
  if (!mrb_bigint_p(y)) {
    if (!mrb_integer_p(y)) return -2; /* type mismatch */
""", """\
    if (v1 > v2)  return 1;
    return v2 == v2 ? -1 : -2;
  }
#endif
  struct RBigint *b = RBIGINT(x);
  if (!mrb_bigint_p(y)) {
    if (!mrb_integer_p(y)) return -2; /* type mismatch */
"""),
    # Which object has no such method.
    ("mruby-3.3.0/src/class.c", """\
  mrb_no_method_error(mrb, name, args, "undefined method '%n'", name);
""", """\
  if (mrb_nil_p(self) || mrb_true_p(self) || mrb_false_p(self) || mrb_class_p(self) || mrb_module_p(self))
    mrb_no_method_error(mrb, name, args, "undefined method '%n' for %!v", name, self);
  mrb_no_method_error(mrb, name, args, "undefined method '%n' for an instance of %T", name, self);
"""),
)  # fmt: skip
