#: division floors
#! ids = -7, 7, -1, 0
$a = id / 2                    #=> -4, 3, -1, 0
$b = id % 3                    #=> 2, 1, 2, 0
$c = id / -2                   #=> 3, -4, 0, 0
$d = id % -3                   #=> -1, -2, -1, 0
$e = id.remainder(3)           #=> -1, 1, -1, 0
$f = id.div(4)                 #=> -2, 1, -1, 0
$g, $h = id.divmod(4)          #=> -2, 1, -1, 0
$i = $h                        #=> 1, 3, 3, 0
$j = id.modulo(-4)             #=> -3, -1, -1, 0
$k = 7 / (id | 1)              #=> -1, 1, -7, 7

#: division by zero gives 0, its modulo the dividend
#! ids = 0
#! ruby = False
$a = 5 / id                    #=> 0
$b = -5 % id                   #=> -5
$c = 5 % (id & 7)              #=> 5
q, r = 9.divmod(id)
$d = q                         #=> 0
$e = r                         #=> 9
$f = 6.div(id)                 #=> 0
$g = 6.modulo(id)              #=> 6
$h = -6.remainder(id)          #=> -6
x = 12
x /= id
$i = x                         #=> 0

#: a divisor that is the constant 0
$a = id / 0                    # error: zero

#: a modulus that is the constant 0
ZERO = 4 - 4
raw_tracepoint "sys_enter" do |regs, id|
  $a = id % ZERO               # error: zero
end

#: comparisons are of mathematical values, whatever the signs
#! ids = -1, 1, -9223372036854775808
u = id & 0xFFFF_FFFF_FFFF_FFFF
$a = u > id                    #=> True, False, True
$b = u == id                   #=> False, True, False
$c = id <=> u                  #=> -1, 0, -1
$d = u <=> id                  #=> 1, 0, 1
$e = id < u                    #=> True, False, True
$f = u != id                   #=> True, False, True
$g = id.eql?(u)                #=> False, True, False
$h = id.between?(-5, u)        #=> True, True, False
$i = u >= 0x8000_0000_0000_0000 #=> True, False, True
$j = (-1..u).include?(id)      #=> True, True, False
$k = id === u                  #=> False, True, False

#: shifts take any count and negative ones
#! ids = 0, 1, 63, 64, 100, -1, -70
#! ruby = False
$a = 1 << id                   #=> 1, 2, 1 << 63, 0, 0, 0, 0
$b = -8 >> id                  #=> -8, -4, -1, -1, -1, -16, 0
$c = 256 >> id                 #=> 256, 128, 0, 0, 0, 512, 0
$d = -1 << id                  #=> -1, -2, -(1 << 63), 0, 0, -1, -1
$e = 0xFF << -id               #=> 255, 127, 0, 0, 0, 510, 0
x = 3
x <<= id
$f = x                         #=> 3, 6, 1 << 63, 0, 0, 1, 0
$g = id >> 1                   #=> 0, 0, 31, 32, 50, -1, -35

#: the kinds by form; what is outside its 64 bits wraps
#! ids = -1, -9223372036854775808, 3
#! ruby = False
u = id & 0xFFFF_FFFF_FFFF_FFFF
$a = u + 1                     #=> 0, (1 << 63) + 1, 4
$b = u + 1 == 0                #=> True, False, False
$c = u * 2 > u                 #=> False, False, True
$d = u >> 60                   #=> 15, 8, 0
$e = id >> 60                  #=> -1, -8, 0
$f = id - 1                    #=> -2, (1 << 63) - 1, 2
$g = id - 1 > 0                #=> False, True, True
$h = ~u < 0                    #=> False, False, True
$i = id.abs                    #=> 1, 1 << 63, 3
$j = id.abs > 0                #=> True, True, True
$k = u - u                     #=> 0, 0, 0
$l = (id & 7) - 9 < 0          #=> True, True, True
$m = -(id & 3) < 0             #=> True, False, True
$n = (u | 1) >= 0              #=> True, True, True
$o = (u ^ 5) > 0               #=> True, True, True
$p = [u, 1].max >= 1           #=> True, True, True

#: a variable is signed if anything signed is assigned to it
#! ids = 4, 5
x = id & 0xFF
x = -1 if id == 5
$a = x < 0                     #=> False, True
$b = x                         #=> 4, -1
y = 7
y -= 8 if id == 5
$c = y < 0                     #=> False, True
$d = y / 2                     #=> 3, -1

#: questions and small methods of Integer
#! ids = 0, 5, -8, 255, -256
$a = id.zero?                  #=> True, False, False, False, False
$b = id.nonzero? || 42         #=> 42, 5, -8, 255, -256
$c = id.even?                  #=> True, False, True, False, True
$d = id.odd?                   #=> False, True, False, True, False
$e = id.positive?              #=> False, True, False, True, False
$f = id.negative?              #=> False, False, True, False, True
$g = id.pred                   #=> -1, 4, -9, 254, -257
$h = id.succ                   #=> 1, 6, -7, 256, -255
$i = id.clamp(-2, 10)          #=> 0, 5, -2, 10, -2
$j = id.clamp(1..)             #=> 1, 5, 1, 255, 1
$k = id.clamp(..3)             #=> 0, 3, -8, 3, -256
$l = id.between?(0, 5)         #=> True, True, False, False, False
$m = id.bit_length             #=> 0, 3, 3, 8, 8
$n = id[0]                     #=> 0, 1, 0, 1, 0
$o = id[3]                     #=> 0, 0, 1, 1, 0
$p = id[200]                   #=> 0, 0, 1, 0, 1
$q = id[-1]                    #=> 0, 0, 0, 0, 0
$r = -id                       #=> 0, -5, 8, -255, 256
$s = ~id                       #=> -1, -6, 7, -256, 255
$t = +id                       #=> 0, 5, -8, 255, -256
$u = id.succ.ord               #=> 1, 6, -7, 256, -255
$v = id.abs                    #=> 0, 5, 8, 255, 256

#: gcd, lcm, powers
#! ids = -18, 12, 0, 7
$a = id.gcd(12)                #=> 6, 12, 12, 1
$b = id.lcm(12)                #=> 36, 12, 0, 84
$c = id ** 3                   #=> -5832, 1728, 0, 343
$d = id.pow(2)                 #=> 324, 144, 0, 49
$e = 2 ** (id & 15)            #=> 16384, 4096, 1, 128
$f = 0 ** 0                    #=> 1, 1, 1, 1
$g = (-3) ** (id & 3)          #=> 9, 1, 1, -27
x = id
x **= 2
$h = x                         #=> 324, 144, 0, 49

#: an exponent that is negative
$a = 2 ** -1                   # error: exponent

#: an exponent that may be negative
$a = 2.pow(id)                 # error: exponent

#: every operator assignment
#! ids = 6, -9
x = id
x += 5
$a = x                         #=> 11, -4
x -= 2
$b = x                         #=> 9, -6
x *= -3
$c = x                         #=> -27, 18
x /= 2
$d = x                         #=> -14, 9
x %= 5
$e = x                         #=> 1, 4
x <<= 4
$f = x                         #=> 16, 64
x |= 3
$g = x                         #=> 19, 67
x ^= 1
$h = x                         #=> 18, 66
x &= 0x42
$i = x                         #=> 2, 66
x >>= 1
$j = x                         #=> 1, 33
x **= 2
$k = x                         #=> 1, 1089
ok = id > 0
ok &&= id.even?
$l = ok                        #=> True, False
no = id > 100
no ||= id < 0
$m = no                        #=> False, True

#: literals and constants
KB = 1 << 10
MASK = 0b1010
PORTS = [80, 443]
BIG = 18_446_744_073_709_551_615
raw_tracepoint "sys_enter" do |regs, id|
  $a = KB * 2 + 0o17           #=> 2063
  $b = MASK ^ 0x0F             #=> 5
  $c = PORTS.include?(443)     #=> True
  $d = PORTS[1] + PORTS.size   #=> 445
  $e = ?c.ord                  #=> 99
  $f = BIG                     #=> 18446744073709551615
  $g = BIG > id                #=> True
  $h = PORTS.sum + PORTS.max   #=> 966
end

#: a literal of more than 64 bits
$a = 18_446_744_073_709_551_616 # error: 64 bits

#: a negative literal of more than 64 bits
$a = -9_223_372_036_854_775_809 # error: 64 bits

#: a float
$a = id * 1.5                  # error: float

#: a method of floats
$a = id.fdiv(2) == 1 ? 1 : 2   # error: float

#: a method that Integer has not
$a = id.foo                    # error: foo

#: bools are not integers
#! ids = 0, 1
a = id == 1
b = !a
$a = a && b                    #=> False, False
$b = a || b                    #=> True, True
$c = a == true                 #=> False, True
$d = (a and not b)             #=> False, True
$e = a ^ b                     #=> True, True
$f = a & true                  #=> False, True
$g = a | false                 #=> False, True
$h = a != b                    #=> True, True
$i = !!a                       #=> False, True

#: arithmetic with a bool
a = id == 1
$a = a + 1                     # error: bool, true

#: an Integer as the condition of if
if id                          # error: != 0
  $a = 1
end

#: an Integer as the condition of unless
$a = 1 unless id               # error: != 0

#: an Integer as the condition of while
while id                       # error: != 0
  $a = 1
end

#: an Integer as the condition of until
until id & 1                   # error: != 0
  $a = 1
end

#: an Integer as the condition of ?:
$a = id ? 1 : 2                # error: != 0

#: an Integer that is negated
$a = !id                       # error: != 0

#: an Integer before &&
$a = 1 if id && pid == 1       # error: != 0

#: an Integer before ||
$a = id || 3                   # error: != 0
