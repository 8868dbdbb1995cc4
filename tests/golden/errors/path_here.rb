license "GPL"
fentry "fput" do |file|
  next unless file
  printk "%s", d_path(file.f_path)  # error: [path-here]
end
fentry "filp_close" do |file|
  next unless file
  printk "%s", d_path(file.f_path)
end
