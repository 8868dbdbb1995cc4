# runs: 1 2 3 5 8 13 0 -4
license "GPL"
$handed = 0
$handed2 = 0
$handed3 = 0
$elements = 0
$anonymous = 0
$mapped = 0

LIST = [3, 1, 4, 1, 5]

def each_of(n)
  i = 0
  while i < 6
    yield i, n
    i += 1
  end
  i * 100
end

def give(&block) = each_of(2, &block)
def give_further(&again) = give(&again)
def give_list(&block) = LIST.each(&block)
def give_sum(&block) = LIST.map { |x| x + 1 }.sum(&block)
def give_times(n, &block)
  n.clamp(0, 5).times(&block)
  n
end

def anonymous(&) = each_of(1, &)

raw_tracepoint "sys_enter" do |regs, id|
  $handed = give { |i, n| break i * 7 + n if i == id }
  count = 0
  give_further { |i, n| count += i * n; break if i == 4 }
  $handed2 = count
  $handed3 = give_times(id) { |i| break 1000 + i if i == 3 }
  $elements = 0
  give_list { |e| $elements += e * id }
  $mapped = give_sum { |x| x * id }
  $anonymous = anonymous { |i| break i if i * 2 > id }
end
