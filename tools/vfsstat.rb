# How often the kernel's file functions are called, all processes together.
#
#   rucy run vfsstat.rb --duration 10

license "GPL"

CALLS = hash default: 0

kprobe "vfs_read", "vfs_write", "vfs_fsync", "vfs_open", "vfs_create", "vfs_unlink", "vfs_mkdir", "vfs_rmdir" do
  CALLS[probe_name] += 1
end
