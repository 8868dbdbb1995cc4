license "GPL"

$reads = 0
$writes = 0

syscall "openat" do |dfd, filename, flags, mode|
  if flags & 3 == 0
    $reads += 1
  else
    $writes += 1
  end
end
