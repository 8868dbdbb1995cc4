"""Held next to Ruby's own parser: what is Ruby, and how operators are read behind locals and method names."""

from __future__ import annotations

import random
import re

from rucy.lang import tree
from tests.frontend.conftest import Ruby
from tests.frontend.reading import is_syntax, read

# Each line is a program; the oracle says which of them are Ruby.
SNIPPETS = r"""
x = 08
x = 1__0
x = 1_
x = 0x
x = 0b12
x = 0o8
x = 0d10
x = 1_000
1 = 2
nil = 1
self = 1
__FILE__ = 1
$1 = 1
$x = 1
@1 = 2
@x = 1
@@x = 1
x? = 1
x.y? = 1
x.y = 1
x[1] = 1
x() = 1
X = 1
def f; X = 1; end
def f; X ||= 1; end
def f; A::B = 1; end
def f; a, X = 1, 2; end
class A; X = 1; end
def f(a, a); end
def f(_a, _a); end
def f(a, (b, a)); end
def f(A); end
def f(@a); end
def f(a = 1, b, c = 2); end
def f(*a, *b); end
def f(&b, a); end
def f(k: 1, a); end
def f(a, b = 1, *c, d, k:, l: 2, **m, &n); end
foo { |a, a| }
foo { |a; a| }
foo { |a, b = 1| }
->(a, a) { }
->(a, b = 2) { a }
foo { [1].each { _1 }; _1 }
foo { [1].each { _1 }; [2].each { _2 } }
foo { _1; bar { |x| x } }
foo { bar { baz { _1 } }; _1 }
foo { |x| [1].each { _1 } }
foo { [1].each { |x| _1 } }
foo { ->{ _1 }; _1 }
foo { |a, (b, c), d = 1, k: 2, &e| }
def f(&) = g(&)
def f = g(&)
def f(&b) = b.(1) + b[2]
break
next
redo
retry
yield
return
class A; return; end
module A; return; end
class A; def f; return; end; end
def f; class A; end; end
def f; module A; end; end
class foo; end
module foo; end
class A < B; end
class << self; end
begin; a; else; b; end
begin; a; rescue; b; else; c; ensure; d; end
begin; a; ensure; b; rescue; c; end
def f; a; rescue; b; end
def f; a; else; b; end
a == b == c
a <=> b <=> c
a < b < c
a == (b == c)
1..2..3
a != b == c
x = return
x = (return)
x = (return if y)
x = if a then return else return end
x = if a then return else 1 end
return + 1
foo(return)
return && 1
1 && return
foo bar 1
foo(bar 1)
foo(bar 1, 2)
foo(1, bar 2)
[foo 1]
x = foo 1
x = y = foo 1
x + foo 1
!foo 1
not foo 1
a && foo 1
a and foo 1
a ? foo 1 : 2
if foo 1 then end
return foo 1
f(a: 1, 2)
f(a: 1, **b)
f(&b, 1)
f(*a, 1, *b)
f(&b) { }
f(1) { }
f 1 do end
f(,)
f(1,)
[1,]
[,]
{a: 1,}
{a: 1, b:}
case x; end
case x; when 1; end
case; when 1 then 2; end
case x; when 1 then 2; else 3; end
case x; in 1 then 2; end
if x; else; elsif y; end
if x; elsif y; else; end
if x then y
x if
unless x; elsif y; end
while x do y end
while x; y
end
end end
(a
a)
[1, 2
"abc
'abc
%w(a b
:"a
"a#{"
"#{1 + }"
"\x"
"\u12"
"\u{110000}"
"\u{41 42}"
"\M-a"
"\M"
'\x'
:1
:a
:a?
:a=
:+
:[]=
:"a b"
:@a
:@1
:$1
?a
?ab
?\n
def f = 1
def f() = 1
def f=(x) = 1
def f=(x) end
def self.f = 1
def f(...) g(...) end
def ==(o) end
def 1; end
alias a b
alias $a $b
undef a, b
BEGIN { a }
def f; BEGIN { a }; end
END { a }
a&.b = 1
a&.b, c = 1, 2
a, b = b, a
a, (b, *c), d = 1, [2, 3], 4
*a, *b = 1
a = *b
a = 1, *b
for a in b do end
for a, b in c do end
for 1 in b do end
foo.bar -1
x = 1; x -1
x = 1; x *2
x = 1; x ?1:2
x = 1; x /2
x = 1; x [1]
x = 1; x %(2)
x = 1; y = x <<2
x = 1; p(x -1, x *2)
foo -1
foo [1]
1 + foo -1
1 + foo [1]
a ?b :c
a ? b :c
x = b = 1; a ? x :b
a ? b : c
a ?1:2
foo _1
foo { _1 }
foo { |x| _1 }
_1 = 2
a.b.c 1 do |x| x end
p ->(x) { x }, 1
p(->{ })
a => b
a in b
a rescue b
x = a rescue b
raise rescue 1
(a; b)
()
!()
a;;b
;
# only a comment
=begin x
{}
{ a: 1 }
x = { a: 1 }
foo { a: 1 }
foo({ a: 1 })
defined? x
defined?(x) && y
a if b if c
a while b until c
a = b if c
(a if b) + 1
a if b + 1
x = (a if b)
x = a if b
f(a if b)
f((a if b))
[a if b]
puts [1].map do |x| x end
a +=1
a +=
a ||= b
a.b ||= c
a[1] += 2
1 += 2
a() += 1
__END__
""".strip().split("\n")


# The same, of shapes that the grammar reads otherwise or not at all; `\n` is the end of a line.
SHAPES = r"""
$p -2
A +1
A -1
A::B +1
x = 1; x.y +1
$x [1]
@x [1]
@x -1
@x *2
@x /2
@x %(2)
@x <<A
$g &x
$g&x
m&x
[$5&3]
[@a&3]
[a&3]
e "",e&h
e "",x.e&h
e "",A&h
e "",@a&h
e "",f()&h
f :m,& 4
f(& 4)
r :e,n!:s
r :e,n!: s
r n!:s
x. ()
x. ().d
x. (b)
x&. (b)
"" [1]
"" []=1
x=1;x []=1
counts=counts [] =1
[1] [0]
f() [0]
{} [0]
:a [0]
1 [0]
nil [0]
self [0]
__FILE__ [0]
)
e(""){%  ==0}
x = %  a b
p ? v : 1
p(?v)
def f = x 1 do end
def f = x 1 { }
def f = x y do end
def f = puts "a"
def f = puts "a" if x
def f = puts("a") if x
def f = yield 1
def f = super 1
def f = return 1
def f = break 1
def f = !x 1
def f = not x
def f = x 1 rescue 2
def f = x.y 1
def f = x.y 1, 2
def f = x::y 1, 2
def self.f = x 1
def f(a) = x a and b
private def f = x 1
def f = a = x 1
def f = a, b = 1
return +x
return -x
return +1
x = 1; return +x
break +x
not (a) && b
not(a) && b
not(x).m?
not (x).m?
not (x)[1]
not (x) + 1
not(x) + 1
not() + 1
x.foo ?true : y
x.foo ?a : y
x ?true : y
x <<-64
foo { x=1; x <<-64 }
kprobe "x" do x=1; y = x <<-64; end
def p():u=end
def p();:u= end
x = :u=
def p():u;end
$p$= -r
$p $x -1
$p -r do end
$p do end
y { ("")if:k[] }
x if:k[]
x if :k[]
:k[]
for i\nin 0\nend
for i in\n0\nend
if a = b c then end
a and b = c d
not a = b c
x = not y
return a = b c
while a = b c do end
x while a = b c
case a = b c when 1 then end
(a = b c)
foo l = bar 1
x = l = bar 1
x + l = bar 1
x && l = bar 1
x and l = bar 1
x += l = bar 1
x += bar 1
x.y = bar 1
if x.y = bar 1 then end
if (x.y = bar 1) then end
p(not e)
p(not(e))
p (not e)
p(not e){}
[not e]
f (0)\n{}
k("",a\n{})
f (0\n){}
f (0) {}
x { |,| }
x { |a,| }
n ? :p ::s[]
c.+=1
c.+=[]
c.+ = 1
c.[] = 1
c.+ 1
c.== = 1
x.&&d
x.& &d
x.||d
x.<<=d
x.**=d
x.!=d
x.!d
x.==d
x.=== d
x.====1
x..*5
x..&5
x = *5..6
d (a,)=""
foo a, b = 1
foo (a, b = 1)
foo((a, b = 1))
x = a, b = 1
dev = 1; dev:m
t { |c| c:t }
t { |c| c :t }
c:t
c :t
a = 1; f a:t
a = 1; x ? a:t
-foo "x"
-foo "x" do end
-foo do end
!foo "x"
!foo "x" do end
~foo "x"
def$0() end
def @a() end
def $x; end
def self.$x; end
def X; end
def self.X; end
def nil; end
def x?; end
def +(o); end
def `(x); end
def "a"; end
def :a; end
alias :a :b
alias "a" b
undef :a
class P if x then end\nend
class P < if x then Q end\nend
class P if case x when 1;6|x end\nend
class P x; end
class P 1; end
class P () end
class P [1]; end
class P; x; end
module M x; end
module M 1; end
class << x y; end
def f x; end
def f x y; end
def f(x) y; end
def f(x) y end
def f x, y\nend
def f(a:[],b:) 1; end
def f a:, b: 1\nend
def f(a:()) 1 end
class C\nr:m,l!:2\nend
r :m,l!:2
r l!:2
x = l!:2
[l!:2]
{l!:2}
f(l!:2)
:d ::u
s {} ::r
(a) ::r
[1] ::r
"a" ::r
1 ::r
nil ::r
a ::r
a ::R
a.b ::R
2 . ()
2 . (1)
a . (1)
a .(1)
a\n.(1)
a::(1)
a:: (1)
a &.  (1)
def r()=#c\np"",d
for i in k i\nend
for i in k i do end
for i in k i; end
while k i do end
while k i\nend
until k i\nend
case k i\nwhen 1\nend
x = (k i)
if k i then end
k i if k j
return k i
x = k i rescue 3
_1 k
x { _1 k }
x { || _1 k }
x { |a| _1 }
x { _1 }
x { || _1 }
x { _1 = 2 }
b = c d and e
b = c d or e
b = c d if e
b = c d rescue e
b = c d rescue e f
b += c d and e
b = c, d and e
b = c d do end and e
not b = c
not b = c d do end
if b = c d do end then end
if b = c(1) do end then end
foo b = c d do end
foo(b = c d do end)
foo(b = c d)
foo(b = c(1) do end)
[b = c d]
{a: b = c d}
f a: b = c d
f a: c d
f(a: c d)
f(a: (c d))
f *c d
f(*c d)
f(&c d)
f a, &c d
x[b = c d]
x[c d]
x[c d] = 1
x[1] = c d
x ? b = c d : e
x ? e : b = c d
x = e ? c d : f
x = not(y)
return not x
return (not x)
return b = c
return b = c, d
return a, b = c
return a, b = c, d
break a = b c
yield a = b c
yield a b
yield a, b c
super a = b c
f a do end.b c
f a do end.b c do end
f (0\n) {}
f (0;1\n){}
f (0\n){}.x
f (0\n) do end
f (\n0){}
x\n{}
x()\n{}
x do |,| end
x { |a,,b| }
x { |;a| }
x { |a;| }
x { || }
x { |*| }
x { |a, *| }
x { |&| }
x { |**| }
x { |a,;b| }
def f if x then 1 end end
def f; if x then 1 end end
def f() if x then 1 end end
def f while x do end end
def f -1 end
def f [1] end
class P -1; end
class P while x do end; end
class P::Q if x then end; end
class P < Q if x then end; end
module P if x then end; end
class P unless x then end; end
class << self if x then end; end
class P begin; end; end
class P case x when 1 then 2 end; end
class P def f; end; end
class P rescue; end
begin if x then end end
x do if y then end end
x { if y then end }
x { |a| if y then end }
(if y then end)
(a)if:k
(a) if:k
(a) if :k
f(a)if:k
f(a)if: k
[a]if:k
a if:k
x = (a)if:k
(a)unless:k
(a)and:k
a and:k
(a)and :k
(a)rescue:k
for i in\n[1] do end
for i in [1]\nend
for i, j\nin [1]\nend
class << x y\nend
class A < x y\nend
class A < x y; end
class A < b c do end; end
x :u=, 1
f(:u=)
[:u=,1]
{:u= => 1}
{:u==>1}
:u==1
:u= =1
p :u=
p :u=\n
p :[]=, :+
:a!
:a!=1
:a?=1
f :a!=1
f :a?1
:A=
:$a=
:@a=
x.|| d
x.&.y
x.!
x.!.y
x.-@
x.+@.y
x.-1
x.- 1
x.*y
x.*=y
x.[]
x.[] 1
x.[](1)
x.[]=(1, 2)
x.()
x::()
x::y
x::Y
x::Y()
x::Y 1
x::y = 1
x::Y = 1
x.y ::Z
x.`(1)
x.class
x.if
x.end
x.nil?
x.self
x&.if
x::if
"" ::\np
"" ::p
"" :: p
a ::\np
1.5 ::p
:d ::\np
x = "" ::\nP
case k "" in r then 1 end
case k ""\nin r then 1 end
case k 1\nwhen r then 1 end
case k 1; when r then 1 end
case when*\n""\nend
case when *""\nend
case when * a then 1\nend
case 1 when *\na then 1\nend
f(*\na)
f(* a)
f(**\na)
f(** a)
f * a
class S r"" :e,()end
r "" :e
r"":e
r "":e
r :a :b
r :a => 1 :b
r 1 :b
def k()d (1\nd)end
d (1\nd)
d (1;d)
d (1\n)
d (1\nd) + 1
__ENCODING__ d
__FILE__ d
__LINE__ d
nil d
self d
true d
$x d
@x d
"a" d
d = 1; d d
if()!=(()) then end
e$: :p do||if()!=(())\nend\nend
e$: :p
() != ()
p() != 1
k"":end
k "":e
f "a":end
f "a": if 1 then end
k|return[]
k|return
k | return 1
k + return
1 + (return)
k + break
k && return[]
k + next 1
p e:(){}
p e:1{}
p e: 1 {}
p e:x{}
p e:(x){}
p e:[]{}
p (1){}
p 1,(2){}
p 1,(2) do end
p a=(1){}
return u:
return u: 1
return u:, v: 1
x u:
return 1, u: 2
return(u: 1)
return [u:]
break u: 1
break u:
next u:
7\n\n.[]
7\n.[]
7\n\n.foo
7\n # c\n.foo
7\n # c\n\n.foo
7\n\n # c\n.foo
t\n\n&.foo
7\n..8
7\n..foo
x = 7\n\n.foo
def self;end
x do def self;end end
def self\nend
def self(x) end
def if;end
def nil;end
def self?;end
case k 1\nin e\nend
case k\nin e\nend
if\np{t:s}\nend
if p{t:s}\nend
p{t:s}
p {t:s}
p { t:s }
p { t :s }
p { t: s }
p do t:s end
x = {t:s}
4..!=""
4..!x
4.. != x
x = 4..\n
(4..)==1
if k..==s then end
("")if k..==s
(k..)
[k.., 1]
f(k.., 1)
def d(y:do)end
def d(y:if x then end) end
def d(y:while x do end) end
def d(y: (1)) end
def d(y: if x then end) end
def d y: if x then end\nend
f(a:if x then end)
{a:if x then end}
e..\ne""do\nend
e..\nf
e..\nf 1
e..f 1
e..\n1
e ..f do end
x = e..\ny
else
k { else }
begin else end
def f; else; end
x do a; rescue; else b end
x do a; ensure; end
l(...)
def f(*) g(*) end
def f(...) g(1, ...) end
def f(...) x { g(...) } end
def f(...) h = 1; g[...] end
def f(...) g ... end
def f(a, ...) g(...) end
def f ...; g(...); end
M (2=>4)
M (u=>[])
(2=>4)
2=>4
h=(2=>4)
h(2\n=>t)
h(u=>d:)
do_(2=>t)
if (x => y) then end
x = (y in 1)
n""do*=2end
* = 2
*a=2
a,*=2
a,* =2
-h "" do end
-h("") do end
-h do end
xdp 0do end
xdp 0 do end
x = 0if y
ret e e:[]
n do |ret| ret e e:[] end
n do |ret| ret e a: 1 end
n do |ret| ret(1) end
e e:1
e e: 1
e = 1; e e: 1
ret e a:[]
f g a: 1
x { ret e e:[]}
""".strip().split("\n")


def test_shapes_that_the_grammar_has_not(ruby: Ruby) -> None:
    texts = [line.replace("\\n", "\n") + "\n" for line in SHAPES]
    assert [text for text in texts if is_syntax(text) != ruby.ask(text.encode())[0]] == []


def test_what_is_ruby_is_ruby_here(ruby: Ruby) -> None:
    differs = [line for line in SNIPPETS if is_syntax(line + "\n") != ruby.ask(line.encode() + b"\n")[0]]
    assert differs == []


# ---------------------------------------------------------------- operators

_BINARY = "+ - * / % ** & | ^ << >> == != < <= > >= <=> && || and or ===".split()  # noqa: SIM905


def make_expression(rnd: random.Random, depth: int) -> str:
    """An expression over the locals a and b and the method m, with blanks on any side of operators."""
    kind = rnd.randrange(14) if depth > 0 else 0
    blank = [rnd.choice([" ", " ", ""]) for _ in range(4)]

    def part() -> str:
        return make_expression(rnd, depth - 1)

    if kind < 4:
        return rnd.choice(["a", "b", "1", "2", "m", "a", "b", "nil", "true"])
    if kind < 9:
        op = rnd.choice(_BINARY)
        return f"{part()} {op} {part()}" if op.isalpha() else part() + blank[0] + op + blank[1] + part()
    if kind == 9:
        return rnd.choice(["!", "-", "~", "not ", "+"]) + part()
    if kind == 10:
        return part() + blank[0] + "?" + blank[1] + part() + blank[2] + ":" + blank[3] + part()
    if kind == 11:
        return "(" + part() + ")"
    if kind == 12:
        return rnd.choice("abm") + blank[0] + rnd.choice(["=", "+=", "||=", "&&="]) + blank[1] + part()
    return rnd.choice("abm") + rnd.choice([".foo", ".foo(1)", "[1]", " [2]", "&.bar", ".baz 3"])


def show(node: tree.Node) -> str:
    """A node as the oracle writes it."""
    match node:
        case tree.Int():
            return str(node.value)
        case tree.Bool():
            return "true" if node.value else "false"
        case tree.Nil():
            return "nil"
        case tree.Local():
            return node.var.name
        case tree.SetLocal():
            return f"(set {node.var.name} {show(node.value)})"
        case tree.Send():
            head = f"(send {show(node.recv)} .{node.name}" if node.recv is not None else f"(call {node.name}"
            return " ".join([head, *map(show, node.args)]) + ")"
        case tree.Not():
            return f"(not {show(node.value)})"
        case tree.And() | tree.Or():
            return f"({type(node).__name__.lower()} {' '.join(flat(node, type(node)))})"
        case tree.If():
            return f"(if {show(node.cond)} {show(node.then)} {show(node.other)})"
    return "?"


def flat(node: tree.Node, kind: type[tree.Node]) -> list[str]:
    return (
        flat(node.left, kind) + flat(node.right, kind)
        if isinstance(node, tree.And | tree.Or) and type(node) is kind
        else [show(node)]
    )


def test_operators_are_read_as_ruby_reads_them(ruby: Ruby) -> None:
    rnd = random.Random(11)
    read_alike = 0
    for _ in range(2500):
        text = "a = b = 0; " + make_expression(rnd, 3)
        valid, want = ruby.ask(text.encode())
        unit, diagnostics = read(f'def f\n{text}\nend\nkprobe "x" do f end')
        if diagnostics.items or not valid or "?" in want:
            continue
        body = unit.methods["f"].body
        assert isinstance(body, tree.Seq)
        assert show(body.items[-1]) == want, text
        read_alike += 1
    assert read_alike > 1800


# ---------------------------------------------------------------- mutations

PROGRAM = """license "GPL"
PORTS = [80, 443]
class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
end
def low(x, y = 2, k: 3)
  return x if x < y
  x -1
end
kprobe "tcp_connect", name: :log do |sk|
  port = ntohs(sk.__sk_common.skc_dport)
  next unless PORTS.include?(port)
  a, b = port / 2, low(port, k: 1)
  case port
  when 1..10, 80 then a = 1
  else b &= ~0xff
  end
  while a < 10 do a += 1; break if a == b; end
  3.times { |i| a |= i << 2 }
  x = a > b ? -a : b
  y = if x != 0 then 1 elsif a && b then 2 else 3 end
  printk("%d %d", x, y) if comm == "curl" or comm.start_with?('ss')
end
puts "hello #{PORTS.size}"
"""


_INSERTED = "end do if ( ) [ ] { } \" ' | , ; = == + - . :: ? def return 08 self => .. x X @x not then".split()  # noqa: SIM905


def mutated(rnd: random.Random) -> str:
    tokens = re.findall(r"\w+[?!]?|\"[^\"\n]*\"|\s+|[^\w\s]", PROGRAM)
    at, other = rnd.randrange(len(tokens)), rnd.randrange(len(tokens))
    match rnd.randrange(4):
        case 0:
            del tokens[at]
        case 1:
            tokens.insert(at, tokens[other])
        case 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case _:
            tokens[at] = rnd.choice(_INSERTED)
    return "".join(tokens)


def test_mutated_programs_are_ruby_here_when_they_are(ruby: Ruby) -> None:
    rnd = random.Random(3)
    texts = [mutated(rnd) for _ in range(1000)]
    differs = [text for text in texts if is_syntax(text) != ruby.ask(text.encode())[0]]
    assert differs == []
