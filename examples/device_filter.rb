# No process of the cgroup may open /dev/urandom (character device 1:9).
# The dialect of the first Rucy: section!, a class for the context, a method.
#
#   rucy run device_filter.rb --cgroup /sys/fs/cgroup/demo

license! "GPL"
section! "cgroup/dev"

class Context
  attr :access_type, :u32
  attr :major, :u32
  attr :minor, :u32
end

def prog(ctx)
  if ctx.major == 1 && ctx.minor == 9
    return 0
  else
    return 1
  end
end
