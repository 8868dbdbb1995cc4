# The language's maps, rings and structs, from the manual and from nothing of the compiler, as far as the programs in
# tests/run/maps use them. A program is run by Ruby as it is: `raw_tracepoint` keeps its block, which is called once for each
# number on the command line. On standard output, as JSON: the globals after each run, and what the maps hold at the end.
require "json"

WIDTHS = { u8: 8, u16: 16, u32: 32, u64: 64, i8: 8, i16: 16, i32: 32, i64: 64 }.freeze

# A number of a storage type; tests/run/oracle.rb has its own.
def number(type, value) = value

# A value as it comes back from where it was stored.
def kept(type, value)
  case type
  when nil then value
  when :bool then value
  when Symbol
    bits = WIDTHS.fetch(type)
    value = value.to_int & (1 << bits) - 1
    number(type, type[0] == "i" && value[bits - 1] == 1 ? value - (1 << bits) : value)
  when Array
    return value[/\A[^\0]*/].byteslice(0, type[1] - 1) if type[0] == :char
    Elements.new(type[0], Array.new(type[1]) { |i| value[i] || zero(type[0]) })
  else value.copy
  end
end

def zero(type)
  case type
  when nil then 0
  when :spin_lock, :timer then nil
  when :bool then false
  when Symbol then number(type, 0)
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
  def reverse_each(&) = @items.reverse_each(&) # as an Array: what is stored meanwhile is seen
  def index(value) = @items.index(value)
  def [](index) = inside?(index) ? @items[index.to_int] : nil

  def []=(index, value)
    @items[index.to_int] = kept(@of, value) if inside?(index)
  end

  def inside?(index) = index.to_int.between?(-@items.size, @items.size - 1)

  def size = @items.size
  def last = @items.last
  def plain = @items.map { |item| plain_of(item) }
end

# Structs: classes whose attrs have types.
class Class
  def fields = @fields ||= {}

  def attr(name, type)
    fields[name] = type
    define_method(name) { @values[name] }
    include Record
    return if %i[spin_lock timer].include?(type)
    define_method("#{name}=") { |value| @values[name] = kept(type, value) }
  end
end

module Record
  def initialize(**given)
    @values = self.class.fields.to_h { |name, type| [name, given.key?(name) ? kept(type, given[name]) : zero(type)] }
  end

  def copy = self.class.new(**@values.except(*objects))
  def plain = @values.except(*objects).transform_values { |value| plain_of(value) }
  def objects = self.class.fields.select { |_, type| %i[spin_lock timer].include?(type) }.keys
end

def plain_of(value)
  return value.map { |item| plain_of(item) } if value.is_a?(Array)
  value.respond_to?(:plain) ? value.plain : value
end

class MapModel
  include Enumerable

  attr_reader :refused

  # key: an array of types, nil where they are inferred.
  def initialize(key, value, size, default, kind)
    @key = key
    @value = value
    @size = size
    @default = default.nil? ? nil : kept(value, default)
    @kind = kind
    @held = {} # by name: [the key's parts, the value]
    @refused = 0
    size.times { |index| @held[[index]] = [[number(:u32, index)], zero(value)] } if kind == :array
  end

  def parts_of(key)
    key = key[0] if key.size == 1 && key[0].is_a?(Array)
    key.each_with_index.map { |part, at| kept(@key && @key[at], part) }
  end

  def name_of(key) = parts_of(key).map { |part| plain_of(part) }
  def find(key) = @held[name_of(key)]

  def [](*key) = (found = find(key)) ? found[1] : @default
  def key?(*key) = !find(key).nil?
  alias include? key?
  def size = @size
  alias length size

  def []=(*key, value)
    parts = parts_of(key)
    name = parts.map { |part| plain_of(part) }
    unless @held.key?(name)
      return @refused += 1 if @kind == :array
      if @held.size >= @size
        return @refused += 1 unless @kind == :lru
        @held.delete(@held.keys.first)
      end
    end
    @held[name] = [parts, kept(@value, value)]
  end

  # As the manual says: what the value's own expression has stored there stays.
  def or_set(key)
    unless key?(*key)
      value = yield
      self[*key] = value unless key?(*key)
    end
    self[*key]
  end

  def each_key = each { |key, _| yield key }
  def each_value = each { |_, value| yield value }

  def fetch(*key)
    other = key.pop unless block_given?
    key = key[0] if key[0].is_a?(Array)
    found = find(key)
    return found[1] if found
    block_given? ? yield(key.size == 1 ? key[0] : key) : other
  end

  def delete(*key) = @held.delete(name_of(key))&.last

  def each
    @held.keys.each do |name|
      parts, value = @held[name]
      yield parts.size == 1 ? parts[0] : parts, value if parts
    end
  end

  def plain = @held.map { |key, (_, value)| [key.size == 1 ? key[0] : key, plain_of(value)] }
end

# Addresses are numbers in host order, as htonl gives them here.
class LpmModel
  attr_reader :refused

  def initialize(value, size)
    @value = value
    @size = size
    @held = {} # [bits, address] => value
    @refused = 0
  end

  def put(bits, address, value)
    name = [bits, address >> 32 - bits << 32 - bits]
    return @refused += 1 unless @held.key?(name) || @held.size < @size
    @held[name] = kept(@value, value)
  end

  def find(address) = @held.keys.select { |bits, prefix| address >> 32 - bits == prefix >> 32 - bits }.max
  def [](address) = @held[find(address)]
  def []=(address, value)
    put(32, address, value)
  end

  def key?(address) = !find(address).nil?
  def fetch(address, other) = key?(address) ? self[address] : other
  def plain = @held.map { |(bits, address), value| ["#{[address].pack("N").unpack("C4").join(".")}/#{bits}", plain_of(value)] }
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

# Counts of what is put in: for all, or for each key.
class TallyModel
  def initialize(empty, &count)
    @empty = empty
    @count = count
    @all = empty.dup
    @keyed = {}
  end

  def <<(value)
    @count.call(@all, value.to_int)
    self
  end

  def [](key) = @keyed[plain_of(key)] ||= TallyModel.new(@empty, &@count)
  def by_key = (@by_key = true) && self
  def refused = 0
  def slots = @all

  def plain
    return @keyed.map { |key, tally| [key, tally.slots.is_a?(Hash) ? tally.slots : { slots: tally.slots }] } if @by_key
    @all.is_a?(Hash) ? [[0, @all]] : @all.each_with_index.map { |count, slot| [slot, count] }
  end
end

def histogram(form, range = nil, width = nil)
  return TallyModel.new([0] * 66) { |all, v| all[v < 0 ? 0 : v.bit_length + 1] += 1 } if form == :log2
  low, slots = range.begin, -((range.begin - range.end) / width)
  TallyModel.new([0] * (slots + 2)) { |all, v| all[v < low ? 0 : [(v - low) / width, slots].min + 1] += 1 }
end

def stats
  TallyModel.new({ count: 0, sum: 0, min: 0, max: 0 }) do |all, v|
    v = v.to_int & ((1 << 64) - 1)
    v -= 1 << 64 if v[63] == 1
    all[:min] = v if all[:count] == 0 || v < all[:min]
    all[:max] = v if all[:count] == 0 || v > all[:max]
    all[:count] += 1
    all[:sum] = (all[:sum] + v + (1 << 63)) % (1 << 64) - (1 << 63)
  end
end

# A map of maps: the named ones in its slots.
class OuterModel
  attr_reader :size

  def initialize(slots, size, type)
    @type = type # of the keys; an array's are what they are
    @slots = slots
    @size = size || (@slots.keys.max || -1) + 1
  end

  def [](key) = @slots[kept(@type, key)]
  def key?(key) = @slots.key?(kept(@type, key))
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
def array(type = nil, count = nil, size: count) = MapModel.new(nil, type, size, nil, :array)
alias percpu_array array
def lpm_trie(size: 10_240, **types) = LpmModel.new(types.first[1], size)
def queue(type = nil, count = nil, size: count) = QueueModel.new(type, size, false)
def stack(type = nil, count = nil, size: count) = QueueModel.new(type, size, true)
def bloom_filter(type = nil, count = nil, size: count) = BloomModel.new(type, size, false)
def ringbuf(record, size: nil) = RingModel.new(record)
def array_of_maps(template, count = nil, size: count, **slots) = OuterModel.new(slots, size, nil)
def hash_of_maps(size: nil, **slots) = OuterModel.new(slots.except(*slots.keys.grep(Symbol)), size, :u32)
def license(text) = text

def raw_tracepoint(name, &block) = Object.define_method(:__probe, &block)
Packet = Struct.new(:mark)
def tc_ingress(&block)
  Object.define_method(:__filter, &block)
  Object.define_method(:__probe) { |_, number| __filter(Packet.new(number)) }
end
def lock(_) = yield

def bpf_loop(count)
  count.times { |i| yield i }
  count
end

def for_each_map_elem(map, &)
  map.each(&)
  map.plain.size
end

def globals = global_variables.select { |name| $program.include?("#{name} = ") }.to_h { |name| [name[1..], plain_of(eval(name.to_s))] }

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
