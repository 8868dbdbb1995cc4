license "GPL"

class Page
  attr :words, [:u64, 2048]
end

class Table
  attr :words, [:u64, 2560]
end

kprobe "tcp_connect" do |sk|
  page = Page.new
  table = Table.new  # error: [scratch-too-large]
  page.words[pid % 2048] = nsecs
  table.words[pid % 2560] = nsecs
  printk "%d %d", page.words[tid % 2048], table.words[tid % 2560]
end
