# How often the kernel's file functions are called, all processes together.
#
#   rucy run vfsstat.rb
#   rucy run vfsstat.rb --interval 10

license "GPL"

SECONDS = option :interval, :u32, default: 1, desc: "a line each time so many seconds have passed"

CALLS = hash default: 0

kprobe "vfs_read", "vfs_write", "vfs_fsync", "vfs_open", "vfs_create", "vfs_unlink", "vfs_mkdir", "vfs_rmdir" do
  CALLS[probe_name] += 1
end

NAMES = %w[read write fsync open create unlink mkdir rmdir]

calls = columns time: "%-8s", read: "%8d", write: "%8d", fsync: "%8d", open: "%8d", create: "%8d", unlink: "%8d", mkdir: "%8d", rmdir: "%8d"
before = {}
line = lambda do
  now = CALLS.to_h
  calls.row Time.now.strftime("%T"), *NAMES.map { |name| now.fetch("vfs_#{name}", 0) - before.fetch("vfs_#{name}", 0) }
  before = now
end

every(SECONDS) { line.call }
wait
line.call                                    # what came after the last whole interval
