# The meaning of Integers, from the manual's paragraph on them and from nothing of the compiler: a KInt is a Ruby number of
# one of two kinds, and its operators are Ruby's own on unbounded numbers, wrapped into 64 bits at the end.
#
# In: one case a line on standard input, as JSON: id, source (Ruby whose literals are K(n)), reset (text that sets the globals),
# read (their names), fields (name, type of each of the context's), runs (the fields' values), globals (for each run the
# globals that it sets), maps, prints. Out: one line a case: id, for each run what `prog` returned and the globals, as 64 bits
# each, as text or as what objects hold, and the end: what the maps hold, what they refused, what was written; or an error.
require "json"
require "stringio"
require "timeout"
require_relative "map_model"

class KInt
  include Comparable
  TOP = 1 << 64
  attr_reader :v, :signed

  # v: any Integer; it wraps into the kind's 64 bits.
  def initialize(v, signed)
    v &= TOP - 1
    @v = signed && v >= TOP / 2 ? v - TOP : v
    @signed = signed
  end

  def bits = @v & (TOP - 1)
  def to_int = @v
  def to_i = self
  def to_s = @v.to_s
  alias inspect to_s
  def plain = @v
  def hash = @v.hash
  def coerce(other) = [KInt.of(other), self]

  def self.of(value) = value.is_a?(KInt) ? value : new(value, value < 0)

  # Non-negative exactly if both operands are.
  def joined(value, other) = KInt.new(value, @signed || other.signed)

  def +(other) = (o = KInt.of(other); joined(@v + o.v, o))
  def *(other) = (o = KInt.of(other); joined(@v * o.v, o))
  def |(other) = (o = KInt.of(other); joined(@v | o.v, o))
  def ^(other) = (o = KInt.of(other); joined(@v ^ o.v, o))
  def -(other) = KInt.new(@v - KInt.of(other).v, true)
  def &(other) = (o = KInt.of(other); KInt.new(@v & o.v, @signed && o.signed))
  def -@ = KInt.new(-@v, true)
  def +@ = self
  def ~ = KInt.new(~@v, true)

  def /(other) = (o = KInt.of(other); joined(o.v.zero? ? 0 : @v / o.v, o))
  def %(other) = (o = KInt.of(other); joined(o.v.zero? ? @v : @v % o.v, o))
  alias div /
  alias modulo %
  def divmod(other) = [self / other, self % other]
  def remainder(other) = (o = KInt.of(other); KInt.new(o.v.zero? ? @v : @v.remainder(o.v), true))

  def **(other)
    o = KInt.of(other)
    raise "exponent below zero" if o.v < 0
    joined(@v.pow(o.v, TOP), o)
  end
  alias pow **

  def <<(other) = (o = KInt.of(other); joined(KInt.shift(@v, o.v), o))
  def >>(other) = (o = KInt.of(other); joined(KInt.shift(@v, -o.v), o))

  # Far shifts without the huge number between: 2**64 divides what a shift by 64 or more gives.
  def self.shift(value, count)
    return value >> [-count, 64].min if count <= 0
    count >= 64 ? 0 : value << count
  end

  def [](other)
    index = KInt.of(other).v
    KInt.new(index < 0 ? 0 : KInt.shift(@v, -index) & 1, true)
  end

  def abs = KInt.new(@v.abs, false)
  alias magnitude abs
  def bit_length = KInt.new(@v.bit_length, false)
  def gcd(other) = KInt.new(@v.gcd(KInt.of(other).v), true)
  def lcm(other) = KInt.new(@v.lcm(KInt.of(other).v), true)
  def succ = self + 1
  alias next succ
  def pred = self - 1
  def ord = self
  alias floor ord
  alias ceil ord
  alias round ord
  alias truncate ord
  alias numerator ord

  def <=>(other) = KInt.new(@v <=> KInt.of(other).v, true)
  def ==(other) = (other.is_a?(KInt) || other.is_a?(Integer)) && @v == KInt.of(other).v
  alias eql? ==
  alias === ==
  alias equal? ==
  def <(other) = @v < KInt.of(other).v
  def <=(other) = @v <= KInt.of(other).v
  def >(other) = @v > KInt.of(other).v
  def >=(other) = @v >= KInt.of(other).v
  def zero? = @v.zero?
  def nonzero? = @v.zero? ? nil : self
  def positive? = @v.positive?
  def negative? = @v.negative?
  def even? = @v.even?
  def odd? = @v.odd?
  def integer? = true
  def finite? = true
  def between?(low, high) = self >= low && self <= high
  def allbits?(mask) = @v.allbits?(KInt.of(mask).v)
  def anybits?(mask) = @v.anybits?(KInt.of(mask).v)
  def nobits?(mask) = @v.nobits?(KInt.of(mask).v)

  def clamp(low, high = nil)
    low, high = low.begin, low.end if low.is_a?(Range)
    all = [self, low, high].compact
    value = all[1..].size == 2 ? @v.clamp(low.v, high.v) : low ? [@v, low.v].max : [@v, high.v].min
    KInt.new(value, all.any?(&:signed))
  end

  # Counters have the kind of both ends; one that goes down is signed, so that it can pass zero.
  def times = (@v.times { |i| yield KInt.new(i, @signed) }; self)
  def upto(last) = (@v.upto(last.v) { |i| yield KInt.new(i, @signed || last.signed) }; self)
  def downto(last) = (@v.downto(last.v) { |i| yield KInt.new(i, true) }; self)

  def step(limit = nil, by = K(1), to: nil)
    limit ||= to
    @v.step(limit.v, by.v) { |i| yield KInt.new(i, @signed || limit.signed || by.v < 0) }
    self
  end
end

module Kernel
  def K(value) = KInt.new(value, value < 0)

  # To a kind; nil stays nil, and so do true and false.
  def S(value) = value.respond_to?(:to_int) ? KInt.new(value.to_int, true) : value
  def U(value) = value.respond_to?(:to_int) ? KInt.new(value.to_int, false) : value
end

def number(type, value) = KInt.new(value, type[0] == "i")
def htonl(value) = value.to_int & 0xFFFFFFFF
def byte(text, index) = (found = element(text, index)) && K(found.ord)

# An array's element, or a text's character, nil outside: Ruby itself refuses an index that is no machine word.
def element(array, index) = index.v.between?(-array.size, array.size - 1) ? array[index.v] : nil

# What a program sees: the context's fields by name, and the name of its process.
class Case
  def initialize(fields, comm)
    @fields = fields
    @comm = comm
  end

  # Declarations of maps stand in a case's class.
  class << self
    def hash(**given) = given.empty? ? super() : keyed(:hash, given)
  end

  def comm = @comm

  def ctx
    @ctx ||= Struct.new(*@fields.keys.map(&:to_sym)).new(*@fields.values)
  end
end

def as_bits(value)
  case value
  when KInt then value.bits
  when String then value
  when true then 1
  when false, nil then 0
  when Record, Elements then value.plain
  else raise "no result: #{value.inspect}"
  end
end

def field(type, value)
  return value != 0 if type == "bool"
  size = type[1..].to_i
  value &= (1 << size) - 1
  value -= 1 << size if type[0] == "i" && value[size - 1] == 1
  KInt.new(value, type[0] == "i")
end

# A global's kind is that of its first value.
def set_global(name, value)
  kind = eval(name)
  eval("#{name} = #{kind.is_a?(KInt) ? "KInt.new(#{value}, #{kind.signed})" : value != 0}")
end

def run_case(row)
  made = Class.new(Case)
  made.class_eval("#{row['source']}\ndef __reset\n#{row['reset']}\nend\ndef __read = [#{row['read'].join(', ')}]\n", row["id"])
  written = $stdout = StringIO.new if row["prints"]
  runs = row["runs"].zip(row["globals"]).map do |values, given|
    fields = row["fields"].zip(values).to_h { |(name, type), value| [name, field(type, value)] }
    one = made.new(fields, row["comm"])
    one.__reset
    given.each { |name, value| set_global(name, value) }
    result = one.prog
    result = nil unless result.is_a?(KInt)
    [as_bits(result), *one.__read.map { |value| as_bits(value) }]
  end
  maps = row["maps"].to_h { |name| [name, made.const_get(name)] }
  [runs, [maps.transform_values(&:plain), maps.transform_values(&:refused), written ? written.string : ""]]
ensure
  $stdout = STDOUT
end

if $PROGRAM_NAME == __FILE__
  $VERBOSE = nil
  $stdout.sync = true
  $stdin.each_line do |line|
    row = JSON.parse(line)
    begin
      runs, at_end = Timeout.timeout(10) { run_case(row) }
      puts JSON.generate({ id: row["id"], runs:, end: at_end })
    rescue StandardError, ScriptError => e
      puts JSON.generate({ id: row["id"], error: "#{e.class}: #{e.message.lines.first.to_s.strip} at #{e.backtrace&.first}" })
    end
  end
end
