# Arguments of system calls are addresses of user space: structs, arrays of pointers, strings.
license "GPL"

$me = 0

syscall "execve" do |filename, argv|
  next unless pid == $me
  printk "%s", ustr(filename, 64)
  4.times do |i|
    break unless argv[i]
    printk "argument %d %s", i, ustr(argv[i], 32)
  end
end

syscall "connect" do |fd, address|
  next unless pid == $me
  case address.sa_family
  when AF_INET6
    six = address.as("struct sockaddr_in6")
    printk "port %d of %d", ntohs(six.sin6_port), six.sin6_addr.in6_u.u6_addr8[15]
  when AF_UNIX
    printk "path %s", address.as("struct sockaddr_un").sun_path
  end
end

syscall "writev" do |fd, vector, count|
  next unless pid == $me && count == 2
  printk "2 parts: %d abc, %d %s", vector[0].iov_len, vector[1].iov_len, ustr(vector[1].iov_base, 6)
end
