# Every file that is opened: by whom, how, and the descriptor or the error that came of it.
#
#   rucy run opensnoop.rb
#   rucy run opensnoop.rb --failed

license "GPL"

PID    = option :pid,    :u32,  desc: "only this process"
FAILED = option :failed, :bool, desc: "only calls that failed"

class Call
  attr :path,  :u64                          # where the name lies in the caller's memory
  attr :flags, :u32
end

class Open
  attr :pid,   :u32
  attr :uid,   :u32
  attr :flags, :u32
  attr :fd,    :i32                          # negative: an error
  attr :comm,  [:char, 16]
  attr :path,  [:char, 255]
end

CALLS = hash(:u32 => Call)
OPENS = ringbuf Open

syscall "openat" do |dirfd, path, flags|
  next if PID && PID != pid
  CALLS[tid] = Call.new(path: path, flags: flags)
end

syscall_return "openat" do |fd|
  call = CALLS.delete(tid)
  next unless call
  next if FAILED && fd >= 0
  OPENS << Open.new(pid: pid, uid: uid, flags: call.flags, fd: fd, comm: comm, path: ustr(call.path, 255))
end

HOW  = %w[r w rw]                            # by the two lowest bits of the flags
MORE = { O_CREAT => "creat", O_EXCL => "excl", O_TRUNC => "trunc", O_APPEND => "append", O_DIRECTORY => "directory" }

def mode(flags)
  [HOW[flags & O_ACCMODE], *MORE.keys.select { |bit| flags & bit == bit }.map { |bit| MORE[bit] }].join(",")
end

files = columns pid: "%-7d", comm: "%-16s", fd: "%4d", error: "%-8s", mode: "%-10s", path: "%s"
OPENS.each do |e|
  if e.fd < 0
    files.row e.pid, e.comm, nil, errno(e.fd), mode(e.flags), e.path
  else
    files.row e.pid, e.comm, e.fd, nil, mode(e.flags), e.path
  end
end
