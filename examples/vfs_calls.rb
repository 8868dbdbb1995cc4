# How often each process enters the kernel's file functions: one program on all of them.
#
#   rucy run vfs_calls.rb

license "GPL"

CALLS = hash default: 0

kprobe "vfs_*" do
  CALLS[comm] += 1
end
