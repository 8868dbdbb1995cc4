# Which devices the processes of a cgroup may use. Behind the options stand rules such as "c 1:9 r" or "c 136:* rw": type (b or c),
# numbers, and what is allowed (r read, w write, m make a node). What no rule allows is refused, and counted.
#
#   rucy run devices.rb --cgroup /sys/fs/cgroup/demo -- "c 1:9 r" "c 1:3 rw"

license "GPL"

MKNOD = 1
READ  = 2
WRITE = 4
ANY   = 0xffff_ffff

RULES   = hash([:u32, :u32, :u32] => :u32, size: 256)      # type, major, minor (or ANY) => access
REFUSED = hash([:u32, :u32, :u32] => :u64, default: 0)

def allows?(type, major, minor, access)
  rule = RULES[type, major, minor]
  rule && rule & access == access
end

cgroup_device do |device|
  next true if allows?(device.type, device.major, device.minor, device.access)
  next true if allows?(device.type, device.major, ANY, device.access)
  REFUSED[device.type, device.major, device.minor] += 1
  false
end

TYPES  = { "b" => 1, "c" => 2 }
ACCESS = { "m" => MKNOD, "r" => READ, "w" => WRITE }

# "c 1:9 r" as a key of RULES and its value
def rule(text)
  type, numbers, access = text.split(" ")
  major, minor = numbers.split(":")
  key = [TYPES.fetch(type), Integer(major), minor == "*" ? ANY : Integer(minor)]
  [key, access.chars.map { |letter| ACCESS.fetch(letter) }.inject(:|)]
rescue StandardError
  abort "`#{text}` is no rule; one is \"c 1:9 rw\""
end

rules = ARGV.map { |text| rule(text) }
rules.each { |key, access| RULES[key] = access }

top do
  puts "#{rules.size} rules" unless json?
  table REFUSED.map { |(type, major, minor), count| { type: TYPES.key(type), device: "#{major}:#{minor}", refused: count } }
end
wait
