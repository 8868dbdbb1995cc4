license "GPL"
class Buffer
  attr :text, [:u8, 16]
end
syscall "openat" do |dir, path|
  copy_from_user(Buffer.new, path)  # error: [needs-sleepable]
end
