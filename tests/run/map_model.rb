# The language's maps, rings and structs, from the manual and from nothing of the compiler, as far as the programs in
# tests/run/maps use them. A program is run by Ruby as it is: `raw_tracepoint` keeps its block, which is called once for each
# number on the command line. On standard output, as JSON: the globals after each run, and what the maps hold at the end.
require "json"

WIDTHS = { u8: 8, u16: 16, u32: 32, u64: 64, i8: 8, i16: 16, i32: 32, i64: 64 }.freeze

# A value as it comes back from where it was stored.
def kept(type, value)
  case type
  when nil then value
  when :bool then value
  when Symbol
    bits = WIDTHS.fetch(type)
    value &= (1 << bits) - 1
    type[0] == "i" && value[bits - 1] == 1 ? value - (1 << bits) : value
  when Array
    type[0] == :char ? value[/\A[^\0]*/].byteslice(0, type[1] - 1) : Elements.new(type[0], Array.new(type[1]) { |i| value[i] })
  else value.copy
  end
end

def zero(type)
  case type
  when nil then 0
  when :bool then false
  when Symbol then 0
  when Array then type[0] == :char ? "" : Elements.new(type[0], Array.new(type[1]) { zero(type[0]) })
  else type.new
  end
end

class Elements
  include Enumerable

  attr_reader :of, :items

  def initialize(of, items)
    @of = of
    @items = items.map { |item| kept(of, item) }
  end

  def each(&) = @items.each(&)
  def index(value) = @items.index(value)
  def [](index) = @items[index]

  def []=(index, value)
    @items[index] = kept(@of, value) if index.between?(-@items.size, @items.size - 1)
  end

  def size = @items.size
  def plain = @items.map { |item| plain_of(item) }
end

# Structs: classes whose attrs have types.
class Class
  def fields = @fields ||= {}

  def attr(name, type)
    fields[name] = type
    define_method(name) { @values[name] }
    define_method("#{name}=") { |value| @values[name] = kept(type, value) }
    include Record
  end
end

module Record
  def initialize(**given)
    @values = self.class.fields.to_h { |name, type| [name, given.key?(name) ? kept(type, given[name]) : zero(type)] }
  end

  def copy = self.class.new(**@values)
  def plain = @values.transform_values { |value| plain_of(value) }
end

def plain_of(value) = value.respond_to?(:plain) ? value.plain : value

class MapModel
  attr_reader :refused

  # key: an array of types, nil where they are inferred.
  def initialize(key, value, size, default, kind)
    @key = key
    @value = value
    @size = size
    @default = default
    @kind = kind
    @held = {}
    @refused = 0
    size.times { |index| @held[[index]] = zero(value) } if kind == :array
  end

  def name_of(key)
    key = key[0] if key.size == 1 && key[0].is_a?(Array)
    key.each_with_index.map { |part, at| part = kept(@key && @key[at], part); part.is_a?(Record) ? part.plain : part }
  end

  def [](*key) = @held.fetch(name_of(key), @default)
  def key?(*key) = @held.key?(name_of(key))

  def []=(*key, value)
    name = name_of(key)
    return @refused += 1 if @kind == :array && !@held.key?(name)
    unless @held.key?(name) || @held.size < @size
      return @refused += 1 unless @kind == :lru
      @held.delete(@held.keys.first)
    end
    @held[name] = kept(@value, value)
  end

  def fetch(*key, other) = @held.fetch(name_of(key), other)
  def delete(*key) = @held.delete(name_of(key))

  def each
    @held.keys.each { |key| yield key.size == 1 ? key[0] : key, @held[key] if @held.key?(key) }
  end

  def plain = @held.map { |key, value| [key.size == 1 ? key[0] : key, plain_of(value)] }
end

class QueueModel
  attr_reader :refused

  def initialize(type, size, stack)
    @type = type
    @size = size
    @stack = stack
    @items = []
    @refused = 0
  end

  def push(value)
    if @items.size >= @size
      @refused += 1
      return false
    end
    @items.push(kept(@type, value))
    true
  end
  alias << push

  def pop = @stack ? @items.pop : @items.shift
  def peek = @stack ? @items.last : @items.first
  def plain = (@stack ? @items.reverse : @items).map { |item| plain_of(item) }
end

class BloomModel < QueueModel
  def include?(value) = @items.include?(kept(@type, value))
  alias key? include?
  def plain = nil
end

class RingModel
  attr_reader :refused

  def initialize(record)
    @record = record
    @items = []
    @refused = 0
  end

  def <<(event)
    @items << event.copy
    true
  end

  def reserve
    event = @record.new
    @items << event # its place is that of its reservation
    done = false
    yield event
    done = true
  ensure
    @items.delete_if { |item| item.equal?(event) } unless done
  end

  def plain = @items.map(&:plain)
end

def pair(types)
  key, value = types&.first
  key = [key] unless key.nil? || (key.is_a?(Array) && !key[1].is_a?(Integer))
  [key, value]
end

def keyed(kind, given)
  size, default = given.delete(:size) || 10_240, given.delete(:default)
  MapModel.new(*pair(given.empty? ? nil : given), size, default, kind)
end

def self.hash(**given) = keyed(:hash, given)
def lru_hash(**given) = keyed(:lru, given)
def percpu_hash(**given) = keyed(:hash, given)
def lru_percpu_hash(**given) = keyed(:lru, given)
def array(type = nil, count = nil, size: count) = MapModel.new([:u32], type, size, nil, :array)
alias percpu_array array
def queue(type = nil, count = nil, size: count) = QueueModel.new(type, size, false)
def stack(type = nil, count = nil, size: count) = QueueModel.new(type, size, true)
def bloom_filter(type = nil, count = nil, size: count) = BloomModel.new(type, size, false)
def ringbuf(record, size: nil) = RingModel.new(record)
def license(text) = text

def raw_tracepoint(name, &block) = Object.define_method(:__probe, &block)

def globals = global_variables.select { |name| $program.include?("#{name} = ") }.to_h { |name| [name[1..], eval(name.to_s)] }

def run(path, numbers)
  $program = File.read(path)
  load path
  after = numbers.map do |number|
    __probe(0, number)
    globals
  end
  maps = Object.constants.to_h { |name| [name, Object.const_get(name)] }.select { |_, map| map.respond_to?(:refused) }
  puts JSON.generate({ globals: after, maps: maps.transform_values(&:plain), refused: maps.transform_values(&:refused) })
end

run(ARGV[0], ARGV[1..].map(&:to_i)) if $PROGRAM_NAME == __FILE__
