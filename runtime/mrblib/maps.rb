# Maps as live objects. One is known by the constant that it is assigned to; what it holds is in the kernel.

module Rucy
  class Map
    include Enumerable

    class << self
      def declare(word, args, named, block)
        kind = case word
               when "ringbuf", "perf_buffer" then Buffer
               when "histogram" then Histogram
               when "stats" then Stats
               when "queue", "stack" then Queue
               when "bloom_filter" then Filter
               when "user_ringbuf" then Sender
               when "hash_of_maps", "array_of_maps" then Outer
               when "array", "percpu_array" then ArrayMap
               when "stack_traces" then Stacks
               else Map
               end
        kind.new(word, args, named)
      end

      # Give each declared map the name of its constant.
      def name_all
        Rucy.constants_of(Map).each { |name, map| map.name = name }
      end
    end

    attr_reader :word, :declared

    def initialize(word, args, named)
      @word = word
      @args = args
      @declared = named
    end

    def name
      Map.name_all unless @name
      @name or raise Failure.with("a map must be assigned to a constant: `SEEN = #{@word} …`")
    end

    def name=(text)
      @name ||= text
    end

    # Also before loading.
    def place
      @place ||= Store.open(name) || raise(Failure.with("the programs do not use the map `#{name}`"))
    end

    # Reading or writing a map loads the object.
    def store
      Binding.load
      place.instance_variable_set(:@name, name)
      place
    end

    def [](*key)
      found = store.get(one(key))
      found.nil? ? @declared[:default] : found
    end

    def []=(*key, value)
      store.set(one(key), value)
    end

    def key?(*key) = store.key?(one(key))
    alias has_key? key?
    alias include? key?
    alias member? key?

    def per_cpu(*key) = store.per_cpu(one(key))

    def fetch(key, *default)
      found = store.get(key)
      return found unless found.nil?
      return yield(key) if block_given?
      return default[0] unless default.empty?
      raise KeyError, "key not found: #{key.inspect}"
    end

    def dig(key, *rest)
      found = self[key]
      rest.empty? || found.nil? ? found : found.dig(*rest)
    end

    # The value that was there, as of a Hash.
    def delete(*key)
      key = one(key)
      found = store.get(key)
      store.remove(key) ? found : nil
    end

    def each(&block)
      return to_enum(:each) unless block
      at = store
      at.raw.each { |key, value| block.call([at.raw_key(key), at.raw_value(value)]) }
      self
    end

    def each_pair(&block)
      return to_enum(:each_pair) unless block
      each { |key, value| block.call(key, value) }
    end

    def keys = store.raw.map { |key, _| store.raw_key(key) }
    def values = store.raw.map { |_, value| store.raw_value(value) }
    def each_key(&block) = keys.each(&block)
    def each_value(&block) = values.each(&block)
    def size = store.raw.size
    alias length size
    alias count_entries size
    def empty? = store.raw.empty?

    def count(*args, &block) = args.empty? && !block ? size : super

    def to_h
      hash = {}
      each { |key, value| hash[key] = value }
      block_given? ? hash.map { |key, value| yield(key, value) }.to_h : hash
    end
    alias to_hash to_h

    # An array's elements are then all zero.
    def clear
      at = store
      Show.single?(at) ? at.raw.each { |key, _| at.zero(key) } : at.raw.each { |key, _| at.remove(at.raw_key(key)) }
      self
    end

    # What gives a Hash of a Hash.
    %i[select filter reject merge transform_values transform_keys invert key values_at slice except].each do |word|
      define_method(word) { |*args, &block| to_h.send(word, *args, &block) }
    end

    def update(other)
      other.each { |key, value| self[*key] = value }
      self
    end
    alias merge! update

    def delete_if
      each { |key, value| delete(key) if yield(key, value) }
      self
    end

    def any?(&block) = block ? super : !empty?
    def sum_values = values.inject(0) { |sum, value| sum + value }
    def max_entries = place.max_entries
    def inspect = "#<#{@word} #{@name}>"
    alias to_s inspect

    # title: what stands above instead of its name
    def print(title = nil)
      Show.print_map(self, title || name)
      nil
    end

    private

    # `M[pid, comm]` is a composite key.
    def one(key)
      key.size == 1 ? key[0] : key
    end
  end

  # Elements are always there.
  class ArrayMap < Map
    def each(&block)
      return to_enum(:each) unless block
      at = store
      at.raw.each { |_, value| block.call(at.raw_value(value)) }
      self
    end

    def each_pair(&block)
      return to_enum(:each_pair) unless block
      each_with_index { |value, index| block.call(index, value) }
    end

    def to_a = values
    def select(&block) = values.select(&block)
    def reject(&block) = values.reject(&block)
    alias filter select
    def values_at(*indices) = values.values_at(*indices)
    def size = place.max_entries
    alias length size
    def to_h = keys.zip(values).to_h
  end

  # Of each stack its addresses, innermost first; nil of a number below 0, and of one that is no longer there.
  class Stacks < Map
    def [](number) = number < 0 ? nil : store.addresses(number)
  end

  class Queue < Map
    def push(value)
      store.push(value)
      self
    end
    alias << push
    def pop = store.pop
    alias shift pop
    def peek = store.peek

    # Takes the elements out: the kernel has no other way to see them all.
    def each
      return to_enum(:each) unless block_given?
      while (value = pop)
        yield value
      end
      self
    end

    def to_a
      all = []
      each { |value| all << value }
      all
    end
  end

  class Filter < Map
    def push(value)
      store.push(value)
      self
    end
    alias << push
    alias add push

    def include?(value) = store.holds?(value)
    alias key? include?
    alias member? include?
  end

  # A ring whose records programs take.
  class Sender < Map
    # false: there is no room.
    def push(record)
      raise TypeError, "a #{@args[0]} is sent here, not #{record.inspect}" unless record.is_a?(@args[0])
      store.send_bytes(Rucy.bytes(record))
    end
    alias << push
  end

  class Histogram < Map
    # One of a histogram's slots is [least, most, count]; least or most is nil where there is no bound.
    def buckets(*key) = Show.buckets_of(self, key.empty? ? nil : one(key))
  end

  class Stats < Map
    # {count: sum: min: max: average:}, or {count: 0}.
    def to_h(*key) = Show.stats_of(self, key.empty? ? nil : one(key))
    def count(*key) = to_h(*key)[:count]
    def sum(*key) = to_h(*key)[:sum] || 0
    def min(*key) = to_h(*key)[:min]
    def max(*key) = to_h(*key)[:max]
    def average(*key) = to_h(*key)[:average]
  end

  # A map of maps: its values are maps, by the constant's object where they have one.
  class Outer < Map
    def [](*key)
      id = store.get(one(key))
      return nil if id.nil? || id == 0
      mine = Rucy.map_names.find { |each| Store.open(each).id == id }
      return Object.const_get(mine) if mine
      found = Store.inside(id, name)
      found && Inner.new(found, "#{name}[#{key.join(', ')}]")
    end

    def []=(*key, map)
      store.set(one(key), Store.descriptor(map.name))
    end

    def each(&block)
      return to_enum(:each) unless block
      keys.each { |key| (found = self[*key]) && block.call(@word == "array_of_maps" ? found : [key, found]) }
      self
    end

    def values = keys.map { |key| self[*key] }.compact
  end

  # One that has no name.
  class Inner < Map
    attr_reader :store, :name

    def initialize(store, name)
      super("map", [], {})
      @store = store
      @name = name
      store.instance_variable_set(:@name, name)
    end
  end

  # A ring buffer or perf buffer.
  class Buffer < Map
    def on(&block)
      Loop.handle(self, &block)
      self
    end

    # Until Ctrl-C.
    def each(&block)
      return to_enum(:each) unless block
      on(&block)
      Loop.wait(nil)
      self
    end

    def poll(seconds = nil) = Loop.poll(seconds)
    def lost = Loop.lost(name)
    def size = place.max_entries
    alias length size
  end
end
