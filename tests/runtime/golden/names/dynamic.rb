# Names that are made while the program runs: no false alarm.
license "GPL"

require "set"

class Call
  attr :who,  :u64
  attr :comm, [:char, 16]
  def twice = who * 2
  def shown = "#{comm} #{who} #{twice}"
end

CALLS = ringbuf Call
PORT  = option :port, :u16
Point = Struct.new(:x, :y) do
  def sum = x + y
end
Pair = Data.define(:left, :right)

syscall "getpgid" do |who|
  next if PORT && who == PORT
  CALLS << Call.new(who: who, comm: comm)
end

class Counter
  include Comparable
  attr_reader :n
  attr_accessor :step
  LIMIT = 5

  def initialize = @n = 0
  def <=>(other) = n <=> other.n
  def self.made = new
  def self.[](n) = made.tap { |it_| it_.step = n }
  def next! = (@n += step; self)
  alias succ next!
  private

  def hidden = LIMIT
end

module Helpers
  PREFIX = "x"
  def prefixed(text) = PREFIX + text
end
extend Helpers

define_method(:defined_here) { 1 }
define_singleton_method("told") { 2 }
puts defined_here, told, prefixed("a")
puts respond_to?(:strange) ? strange : 0
puts defined?(Stranger) ? Stranger : 1
puts send(:defined_here), method(:told).call
point, other = Point.new(1, 2), Pair.new(left: 1, right: 2)
point.x += 1
a, (b, *c), d = 1, [2, 3, 4], 5
first, second = point.y, other.left
counter = Counter[3].next!.succ
puts counter.n, counter > Counter.made, a, b, c, d, first, second, point.sum
for i, j in { 1 => 2 } do puts i, j end
[1, 2].each_with_index { |x; y| y = x; puts y }
[[1, [2, 3]]].each { |x, (y, z)| puts x, y, z }
puts [1, 2].map { _1 + 1 }.sum, %w[a b].map(&:upcase)
double = ->(x, y = x, *rest, key: 1, **more, &block) { x * 2 + y + key + rest.size + more.size }
puts double.(2), double[3], double.call(4)
begin
  raise ArgumentError, "no"
rescue ArgumentError, TypeError => e
  puts e.message, Errno::ENOENT::Errno
end
puts "last" if (last = ENV["LAST"]) && last
text = <<~END
  #{a} #{counter.n} of #{Process.pid} at #{Process::CLOCK_MONOTONIC}
END
puts text, Float::INFINITY, Math::PI, STDOUT.fileno, $stdout.tty?, $nobody, __method__.inspect, __FILE__, __LINE__
puts Set.new([1]).include?(1), Comparable, Kernel.format("%d", 1), File::SEPARATOR
def helper(n, &block) = block_given? ? yield(n) : block
puts helper(1) { |n| n }, (catch(:done) { throw :done, 5 })
every(1) { puts "tick" }
at_exit { CALLS.on { }; table [[1, 2]] }
CALLS.each { |call| puts call.shown, call.to_h, call[:who], call.twice }
