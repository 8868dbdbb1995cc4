# What a program on the command line expects of Ruby, and mruby lacks.

module Kernel
  private

  alias __integer Integer
  alias __float Float

  def Integer(value, base = nil, exception: true)
    base ? __integer(value, base) : __integer(value)
  rescue ArgumentError, TypeError, RangeError => e
    raise e if exception
  end

  def Float(value, exception: true)
    __float(value)
  rescue ArgumentError, TypeError => e
    raise e if exception
  end

  def at_exit(&block)
    Rucy.at_exit(&block)
    block
  end

  def exit(status = true)
    raise SystemExit.new(status == true ? 0 : status == false ? 1 : status)
  end

  # At once: neither `at_exit` nor what follows.
  def exit!(status = true) = Rucy.exit_now(status == true ? 0 : status == false ? 1 : status)

  def abort(text = nil)
    warn(text) if text
    exit(1)
  end

  def warn(*lines)
    Rucy.flush
    lines.flatten.each { |line| Rucy.write_error(line.to_s.end_with?("\n") ? line.to_s : "#{line}\n") }
    nil
  end

  def system(*words)
    command = words.size == 1 ? words[0] : words.map { |word| "'" + word.to_s.gsub("'", "'\\\\''") + "'" }.join(" ")
    status = Rucy.shell(command)
    status < 0 || status == 127 ? nil : status == 0
  end

  def sleep(seconds = nil)
    start = Rucy.now
    Rucy::Loop.wait(seconds)
    (Rucy.now - start).round
  end

  def gets(*)
    Rucy::Loop.wait_for_input
    $stdin.gets
  end

  def print(*values) = $stdout.print(*values)

  def putc(value)
    $stdout.write(value.is_a?(Integer) ? (value & 255).chr : value.to_s[0])
    value
  end

  def p(*values)
    values.each { |value| $stdout.write(value.inspect + "\n") }
    values.size > 1 ? values : values[0]
  end

  def trap(signal, command = nil, &block) = Signal.trap(signal, command, &block)

  def require(*) = false
  def require_relative(name) = raise(LoadError, "a tool is one file: `#{name}` cannot be loaded")
end

class String
  alias __all_lines lines
  alias __each_line each_line

  def lines(separator = "\n", chomp: false, &block)
    lines = separator == "\n" ? __all_lines : __each_line(separator).to_a
    lines.map! { |line| line.chomp(separator) } if chomp
    block ? lines.each(&block) && self : lines
  end

  def each_line(separator = "\n", chomp: false, &block)
    return lines(separator, chomp: chomp).each unless block
    chomp ? lines(separator, chomp: true, &block) : __each_line(separator, &block)
  end
end

module Comparable
  def clamp(low, *high)
    raise ArgumentError, "cannot clamp with an exclusive range" if high.empty? && low.end && low.exclude_end?
    low, high = high.empty? ? [low.begin, low.end] : [low, high[0]]
    raise ArgumentError, "min argument must be smaller than max argument" if low && high && low > high
    return low if low && self < low
    high && self > high ? high : self
  end
end

module Enumerable
  alias __min min
  alias __max max
  alias __min_by min_by
  alias __max_by max_by

  def min(count = nil, &block) = count ? sort(&block).first(count) : __min(&block)
  def max(count = nil, &block) = count ? sort(&block).reverse.first(count) : __max(&block)
  def min_by(count = nil, &block) = count ? sort_by(&block).first(count) : __min_by(&block)
  def max_by(count = nil, &block) = count ? sort_by(&block).reverse.first(count) : __max_by(&block)
end

class Range
  alias __lowest min
  alias __highest max

  def min(count = nil, &block) = count ? sort(&block).first(count) : __lowest(&block)
  def max(count = nil, &block) = count ? sort(&block).reverse.first(count) : __highest(&block)

  def step(by = 1)
    return to_enum(:step, by) unless block_given?
    raise ArgumentError, "step can't be 0" if by == 0
    turn, value, last = 0, first, self.end
    while last.nil? || (by < 0 ? value > last : value < last) || (value == last && !exclude_end?)
      yield value
      turn += 1
      value = first + turn * by
    end
    self
  end
  alias % step
end

class Dir
  def self.children(path) = entries(path) - %w[. ..]
end

class IO
  alias __gets gets
  alias __lines each_line

  def gets(*words, chomp: false)
    line = __gets(*words)
    chomp && line ? line.chomp : line
  end

  def each_line(chomp: false, &block)
    return Enumerator.new { |out| each_line(chomp: chomp) { |line| out << line } } unless block
    chomp ? __lines { |line| block.call(line.chomp) } : __lines(&block)
  end

  def readlines(chomp: false)
    lines = []
    each_line(chomp: chomp) { |line| lines << line }
    lines
  end

  def self.readlines(path, chomp: false) = File.open(path) { |file| file.readlines(chomp: chomp) }
end

class File
  class << self
    alias __basename basename

    def basename(path, suffix = "")
      name = __basename(path)
      suffix = extname(name) if suffix == ".*"
      name == suffix ? name : name.delete_suffix(suffix)
    end

    def write(path, text) = open(path, "w") { |file| file.write(text) }

    def foreach(path, chomp: false, &block)
      return Enumerator.new { |out| foreach(path, chomp: chomp) { |line| out << line } } unless block
      open(path) { |file| file.each_line(chomp: chomp, &block) }
      nil
    end
  end
end

class Module
  alias __const_missing const_missing

  # The environment, and parts of the runtime's library that few tools need, are read when they are first named.
  def const_missing(name)
    return Object.const_set(:ENV, Rucy::Environment.read) if name == :ENV
    to_s.include?("Rucy") && Rucy.load_part(name.to_s) ? Rucy.const_get(name) : __const_missing(name)
  end
end

class SystemExit < Exception
  attr_reader :status

  def initialize(status = 0)
    super("exit")
    @status = status
  end
end

class LoadError < ScriptError; end unless Object.const_defined?(:LoadError)

module Process
  def self.pid = Rucy.process_id
  def self.euid = Rucy.user_id
  CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_BOOTTIME = 0, 1, 2, 7
  UNITS = { second: 1_000_000_000, millisecond: 1_000_000, microsecond: 1000, nanosecond: 1 }

  def self.clock_gettime(clock, unit = :float_second)
    now = Rucy.clock(clock)
    return now / UNITS[unit] if UNITS[unit]
    now / UNITS.fetch(unit.to_s.sub("float_", "").to_sym).to_f
  end
end

module Signal
  def self.trap(signal, command = nil, &block) = Rucy::Traps.set(signal, command, block)
  def self.list = Rucy::Traps::NUMBERS
end

module JSON
  class ParserError < StandardError; end

  def self.generate(value, *) = Rucy::Show.to_json(value, ",", ":")

  def self.parse(text, symbolize_names: false)
    symbolize_names ? symbolized(Rucy.json(text)) : Rucy.json(text)
  rescue Rucy::Failure
    raise ParserError, "this is no JSON: #{text[0, 40].inspect}"
  end

  def self.symbolized(value)
    case value
    when Hash then value.map { |name, each| [name.to_sym, symbolized(each)] }.to_h
    when Array then value.map { |each| symbolized(each) }
    else value
    end
  end
end

class Object
  def to_json(*) = JSON.generate(self)
end

class Time
  def strftime(format) = Rucy::Text.strftime(format, to_i, usec * 1000, utc?)
end

class Integer
  def even? = self % 2 == 0
  def odd? = self % 2 == 1
  def pred = self - 1
  def [](bit) = (self >> bit) & 1
  def ord = self
  def magnitude = abs
  def numerator = self
  def fdiv(other) = to_f / other

  def bit_length
    number = self < 0 ? ~self : self
    size = 0
    while number > 0
      number >>= 1
      size += 1
    end
    size
  end

  def gcd(other)
    one, other = abs, other.abs
    one, other = other, one % other while other != 0
    one
  end

  def lcm(other) = self == 0 || other == 0 ? 0 : (self / gcd(other) * other).abs

  def pow(exponent, modulus = nil) = modulus ? (self**exponent) % modulus : self**exponent
end

module Rucy
  # Standard output: buffered, and flushed before each wait, at the end, and at each line of a terminal.
  class Output
    RING = "rucy_output" # in which the kernel half's own output comes

    def initialize(number)
      @number = number
    end

    def write(*texts)
      texts.inject(0) { |sum, text| sum + put(text.to_s) }
    end

    def <<(value)
      put(value.to_s)
      self
    end

    def print(*values)
      values.each { |value| put(value.to_s) }
      nil
    end

    def puts(*values)
      return Kernel.puts(*values) if @number == 1
      put(values.empty? ? "\n" : values.flatten.map { |value| value.to_s.end_with?("\n") ? value.to_s : "#{value}\n" }.join)
      nil
    end

    def printf(text, *values)
      put(format(text, *values))
      nil
    end

    def flush
      Rucy.flush if @number == 1
      self
    end

    def sync = @number == 2
    def sync=(value)
      value
    end

    def tty? = Rucy.terminal?(@number)
    alias isatty tty?
    def fileno = @number
    alias to_i fileno

    private

    def put(text)
      if @number == 1
        Rucy.write(text)
      else
        Rucy.flush
        Rucy.write_error(text)
      end
      text.bytesize
    end
  end
end

$stdout = Rucy::Output.new(1)
$stderr = Rucy::Output.new(2)
STDOUT = $stdout
STDERR = $stderr
