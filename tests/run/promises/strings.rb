#: comm and the methods of strings
#! ids = 0, 4, 20
s = comm                                               # "rucy-fuzz"
$a = s.size                                            #=> 9
$b = s == "rucy-fuzz"                                  #=> True
$c = s != "rucy"                                       #=> True
$d = s.start_with?("rucy")                             #=> True
$e = s.end_with?("fuzz", "x")                          #=> True
$f = s.include?("y-f")                                 #=> True
$g = s.include?("yf")                                  #=> False
$h = s.empty?                                          #=> False
$i = s.getbyte(0) || 0                                 #=> 114
$j = s[4] == "-"                                       #=> True
$k = s.getbyte(id) || 1                                #=> 114, 45, 1
$l = s[id] == "r"                                      #=> True, False, False
$m = s.start_with?("")                                 #=> True
$n = s.length                                          #=> 9
$o = s == comm                                         #=> True
$p = s.start_with?("ruby", "rucy")                     #=> True
$q = s[-1] == "z"                                      #=> True

#: case of strings
#! ids = 0
$a = case comm
     when "bash", "sh" then 1
     when "rucy-fuzz" then 2
     else 3
     end                                               #=> 2
NAMES = %w[a rucy-fuzz b]
raw_tracepoint "sys_enter" do |regs, id|
  $b = NAMES.include?(comm)                            #=> True
  $c = NAMES.index("b") || 9                           #=> 2
  $d = NAMES[id] || "none"                             #=> "a"
end

#: an array of texts
#! ids = 0, 2, 3, -1, -4
STATES = ["none", "open", "closing"]
raw_tracepoint "sys_enter" do |regs, id|
  $a = STATES[id] || "?"                               #=> "none", "closing", "?", "closing", "?"
  $b = STATES[id & 1]                                  #=> "none", "none", "open", "open", "none"
  $c = STATES.any? { |s| s == STATES[id] }             #=> True, True, False, True, False
  $d = STATES[1].size                                  #=> 4
  n = 0
  STATES.each_with_index { |s, i| n += i * s.size }
  $e = n                                               #=> 18
  $f = STATES.find { |s| s.start_with?("clo") } || ""  #=> "closing"
  $g = STATES.first == "none"                          #=> True
  $h = STATES.size                                     #=> 3
end

#: a string in a field is cut; unset bytes are zero
#! ids = 0
class Row
  attr :name, [:char, 4]
  attr :n, :u32
end
ROWS = hash(:u32 => Row, size: 4)
raw_tracepoint "sys_enter" do |regs, id|
  r = Row.new(name: comm, n: 7)
  $a = r.name.size <= 4                                #=> True
  r.name = "ab"
  $c = r.name.size                                     #=> 2
  $d = r.name == "ab"                                  #=> True
  $e = r.name.getbyte(1) || 0                          #=> 98
  $f = r.name.getbyte(2).nil?                          #=> True
end

#: a string's key is padded with zeros
#! ids = 1, 2, 3
#! N = {"rucy-fuzz": 1, "ab": 1, "long-long": 1}
N = hash([:char, 16] => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  N["long-long"] = 1 if id == 1
  N["ab"] = 1 if id == 2
  N[comm] = 1
end

#: str of a bad pointer is empty, of a good one the text
#! ids = 0, 8
$a = str(id, 64).empty?                                #=> True
$b = ustr(id, 64) == ""                                #=> True
$c = str(current_task.comm, 16) == comm                #=> True
$d = current_task.comm == comm                         #=> True
t = current_task
$e = t.comm.size == 9                                  #=> True

#: text variables
#! ids = 1, 2
s = "short"
s = "a longer text" if id == 2
$a = s                                                 #=> "short", "a longer text"
$b = s.size                                            #=> 5, 13
t = id == 1 ? comm : "other"
$c = t                                                 #=> "rucy-fuzz", "other"
$d = t == s                                            #=> False
$e = "abc"[id] == "c"                                  #=> False, True
$f = "abc".getbyte(id) || 0                            #=> 98, 99

#: texts that may be nil meet
#! ids = 0, 1, 2
x = if id == 1 then "abc" elsif id == 2 then "de" else nil end
$a = x || "none"                                       #=> "none", "abc", "de"
y = case id
    when 1 then "one"
    when 2 then (x == "de" ? comm : nil)
    end
$b = y || "many"                                       #=> "many", "one", "rucy-fuzz"
$c = x.nil? && y.nil?                                  #=> True, False, False

#: strings joined at run time
$a = comm + "x"                                        # error: *

#: a number is not a string
$a = comm == 1 ? 1 : 2                                 # error: *

#: structs: fields, methods, passing
#! ids = 3, 300
class Point
  attr :x, :i16
  attr :y, :u8
  def norm = x.abs + y
  def shift(dx, by: 1)
    self.x += dx * by
    self
  end
  def to_left? = x < 0
end
class Box
  attr :a, Point
  attr :tags, [:u8, 4]
  attr :b, Point
end
def move(p)
  p.x = p.x + 1
end
raw_tracepoint "sys_enter" do |regs, id|
  p = Point.new(x: -4, y: id & 0xFF)
  $a = p.norm                                          #=> 7, 48
  p.shift(2)
  $b = p.x                                             #=> -2
  p.shift(1, by: 10)
  $c = p.x                                             #=> 8
  move(p)
  $d = p.x                                             #=> 9
  $e = p.to_left?                                      #=> False
  b = Box.new(a: p)
  b.tags[1] = 5
  b.b.x = b.a.x * 2
  $f = b.b.norm + b.tags.sum                           #=> 23
  $g = b.tags[id & 1] + b.tags[(id & 1) ^ 1]           #=> 5
  q = Box.new
  $h = q.a.x + q.b.y + q.tags[3]                       #=> 0
  $i = b.a.y                                           #=> 3, 44
end

#: what is stored in a field has the field's width
#! ids = 300, -1
#! ruby = False
class Narrow
  attr :a, :u8
  attr :b, :i8
  attr :c, :bool
  attr :d, :u32
end
raw_tracepoint "sys_enter" do |regs, id|
  n = Narrow.new(a: id, b: id, c: id > 0, d: id)
  $a = n.a                                             #=> 44, 255
  $b = n.b                                             #=> 44, -1
  $c = n.c                                             #=> True, False
  $d = n.d                                             #=> 300, 4294967295
  n.a += 250
  $e = n.a                                             #=> 38, 249
end

#: a stored struct is a copy: changing the original afterwards
class Pair
  attr :a, :u32
  attr :b, :u32
end
M = hash(:u32 => Pair)
raw_tracepoint "sys_enter" do |regs, id|
  p = Pair.new(a: 1)
  M[1] = p
  p.b = 2                                              # error: copy
end

#: a struct from a map is the element itself
#! ids = 5, 5, 6
#! M = {5: {"n": 3, "last": 5}, 6: {"n": 2, "last": 6}}
class Seen
  attr :n, :u64
  attr :last, :i32
  def hit(id)
    self.n += 1
    self.last = id
  end
end
M = hash(:u32 => Seen)
raw_tracepoint "sys_enter" do |regs, id|
  if e = M[id]
    e.hit(id)
  else
    M[id] = Seen.new(n: 2, last: id)
  end
end

#: an attr that the struct has not
class Pair
  attr :a, :u32
end
raw_tracepoint "sys_enter" do |regs, id|
  p = Pair.new(a: 1)
  $a = p.z                                             # error: z
end

#: an attr that new does not know
class Pair
  attr :a, :u32
end
raw_tracepoint "sys_enter" do |regs, id|
  p = Pair.new(z: 1)                                   # error: z
end

#: an unknown storage type
class Pair
  attr :a, :u33                                        # error: u33
end
raw_tracepoint "sys_enter" do |regs, id|
  p = Pair.new(a: 1)
end

#: some attrs with a type and some without
class Pair
  attr :a, :u32
  attr :b                                              # error: *
end
raw_tracepoint "sys_enter" do |regs, id|
  p = Pair.new(a: 1)
end

#: output: puts, print, p and printf
#! ids = -3, 4
#! out = "id -3\n-3\nid=   -3|fffd rucy-fuzz\nneg\n-3 true\nid 4\n4\nid=    4|0004 rucy-fuzz\npos\n4 false\n"
puts "id #{id}"
p id
printf "id=%5d|%04x %s\n", id, id & 0xFFFF, comm
puts id < 0 ? "neg" : "pos"
puts "#{id} #{id < 0}"

#: output of whole 64 bits, hexadecimal, characters, padding
#! ids = -1
#! out = "18446744073709551615 -1\nffffffffffffffff 0xff\n'rucy-fuzz   ' '   rucy-fuzz' +5 00042 a %\n1777 1010\n"
u = id & 0xFFFF_FFFF_FFFF_FFFF
printf "%d %d\n", u, id
printf "%x %#x\n", u, u & 255
printf "'%-12s' '%12s' %+d %05d %c %%\n", comm, comm, id + 6, id + 43, ?a
printf "%o %b\n", id & 0o1777, id & 10

#: output of structs' display types
#! ids = 0
#! out = "10.1.2.3 :: 00:00:00:00:00:00\n2\n"
class Shown
  attr :a, :ip4
  attr :b, :ip6
  attr :c, :mac
  attr :e, :errno
end
raw_tracepoint "sys_enter" do |regs, id|
  s = Shown.new(a: htonl(0x0A010203), e: 2)
  puts "#{s.a} #{s.b} #{s.c}"
  puts s.e
end

#: puts of several things and of nothing
#! ids = 7
#! out = "7\na\n\ntrue\nnil\n[1, 2]\n"
puts id, "a"
puts
p true
p nil
p [1, 2]

#: a printf with too few arguments
printf "%d %d\n", id                                   # error: *

#: a printf with the wrong argument
printf "%d\n", comm                                    # error: %s

#: a printf of a text that is not known
printf comm                                            # error: *

#: printk writes to the trace pipe
#! ids = 1
printk "rucy %d", id
$a = 1                                                 #=> 1

#: strings in struct methods and case over fields
#! ids = 1, 2, 3
class Proc
  attr :name, [:char, 16]
  attr :n, :u32
  def shell? = name == "sh" || name.end_with?("sh")
  def kind
    case name
    when "bash", "zsh" then 1
    when "rucy-fuzz" then 2
    else 3
    end
  end
end
raw_tracepoint "sys_enter" do |regs, id|
  p1 = Proc.new(name: "bash", n: id)
  p1.name = comm if id == 2
  p1.name = "x" if id == 3
  $a = p1.shell?                                       #=> True, False, False
  $b = p1.kind                                         #=> 1, 2, 3
  $c = p1.name.size + p1.n                             #=> 5, 11, 4
end

#: a struct returned from a method
#! ids = 4
class Pt
  attr :x, :i32
  attr :y, :i32
  def plus(o) = Pt.new(x: x + o.x, y: y + o.y)
  def ==(o) = x == o.x && y == o.y
end
def origin = Pt.new
def at(x, y: 0) = Pt.new(x: x, y: y)
raw_tracepoint "sys_enter" do |regs, id|
  a = at(id, y: -1).plus(at(1))
  $a = a.x                                             #=> 5
  $b = a.y                                             #=> -1
  $c = origin.plus(a).x                                #=> 5
  $d = a == at(5, y: -1)                               #=> True
end

#: string keys in structs and each over them
#! ids = 1, 2
N = hash([:char, 16] => :u64)
raw_tracepoint "sys_enter" do |regs, id|
  N["one"] = 1
  N["three"] = 3
  t = 0
  N.each { |k, v| t += k.size * v }
  $a = t                                               #=> 18
  N.each { |k, v| $b = v if k == "three" }
  $c = $b                                              #=> 3
  N.each { |k, v| $d = k if v == 1 }
  $e = $d == "one"                                     #=> True
end

#: u64 fields near the top
#! ids = -1
class Wide
  attr :u, :u64
  attr :i, :i64
end
raw_tracepoint "sys_enter" do |regs, id|
  w = Wide.new(u: id, i: id)
  $a = w.u > w.i                                       #=> True
  $b = w.u == w.i                                      #=> False
  $c = w.u / 2                                         #=> (1 << 63) - 1
  $d = w.i / 2                                         #=> -1
  $e = w.u % 10                                        #=> 5
  $f = w.u <=> w.i                                     #=> 1
  $g = [w.u, 5].min                                    #=> 5
  $h = w.u.bit_length                                  #=> 64
  $i = w.u.even?                                       #=> False
  $j = w.u - 1 < 0                                     #=> True
end

#: format given too much
printf "%d\n", 1, 2                                    # error: *

#: unknown conversion
printf "%y\n", 1                                       # error: *

#: string index and ranges
$a = comm[0, 2]                                        # error: *

#: string methods that there are not
$a = comm.upcase                                       # error: upcase

#: to_s and to_i
$a = comm.to_i                                         # error: to_i
