license "GPL"
class Row
  attr :few,   [:u8, 2]
  attr :flags, [:bool, 2]
end
syscall "getpid" do
  row = Row.new(few: [1])
  row.few = [1, 2, 3]  # error: [stored-count]
  row.few = [1, 300]  # error: [stored-too-large]
  row.few = ["a", "b"]  # error: [stored-type]
  row.flags = [1, 0]  # error: [stored-type]
end
