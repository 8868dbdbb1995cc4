# A program that may sleep reads memory of the process that may not be there yet: by helper, by kernel function, by its fields.
# $address != 0
# $failed == 0
# $first == 104
# $text == 6
# $start == 104
# $family == 25960
# $bad < 0
license "GPL"
class Buffer
  attr :bytes, [:u8, 16]
end
$address = 0
$failed = -1
$first = 0
$text = 0
$start = 0
$family = 0
$bad = 0
section! "syscall"
def run(ctx)
  there = $address.as("struct sockaddr __user")
  buffer = Buffer.new
  $failed = copy_from_user(buffer, there)
  $first = buffer.bytes[0]
  again = Buffer.new
  $text = bpf_copy_from_user_str(again, there)
  $start = again.bytes[0]
  $family = there.sa_family
  $bad = copy_from_user(buffer, 1.as("struct sockaddr __user"))
  0
end
