license "GPL"
class Visit
  attr :n, :u64
end
WAITING = queue(Visit, 8)
VISITS = hash(:u32 => Visit)
syscall "openat" do |dirfd, path|
  path = ustr(path, 64)  # error: [variable-types]
  puts path if path.start_with?("/etc")
  if visit = WAITING.pop
    puts visit.n
  end
  if visit = VISITS[pid]  # error: [variable-types]
    visit.n += 1
    puts visit.n
  end
end
