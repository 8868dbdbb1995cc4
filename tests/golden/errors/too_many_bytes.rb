license "GPL"
class Large
  attr :text, [:char, 4_194_304]
  attr :more, [:u8, 99_999_999_999]  # error: [too-many-bytes]
end
class Sum  # error: [too-many-bytes]
  attr :one, [:u64, 300_000]
  attr :two, [:u64, 300_000]
end
SLOTS = array([:u64, 999_999_999_999], 3)  # error: [too-many-bytes]
SUMS = hash(:u32 => Sum)
LARGE = hash(:u32 => Large)
$numbers = [0] * 99_999_999_999  # error: [too-many-bytes]
tracepoint "syscalls:sys_enter_getppid" do |e|
  $numbers[1] += 1
end
