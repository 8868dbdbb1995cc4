license "GPL"
fentry "filp_close" do |file|
  next unless file
  printk "%s", d_path(file.f_path, 512)
  printk "%s", d_path(file.f_path, 5000)  # error: [string-size]
end
