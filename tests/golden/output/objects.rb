license "GPL"

class Point
  attr :x, :i32
  attr :on, :bool
end

class Way
  attr :from, :ip4
  attr :port, :be16
  attr :comm, [:char, 16]
  attr :hits, [:u32, 2]
  attr :at,   Point
end

cgroup_connect4 do |c|
  way = Way.new(from: c.user_ip4, port: c.user_port, comm: comm)
  puts way, "to #{way.at}", way.hits
  same = p way
  puts "#{c.user_ip4} #{same.from}"
  true
end
