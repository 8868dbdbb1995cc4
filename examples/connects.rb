# Who connects where: the address that a process gives to connect(2), read from its own memory.
#
#   rucy run connects.rb

license "GPL"

syscall "connect" do |fd, address, length|
  case address.sa_family
  when AF_INET
    four = address.as("struct sockaddr_in")
    printf "%d %s to %x port %d\n", pid, comm, ntohl(four.sin_addr.s_addr), ntohs(four.sin_port)
  when AF_INET6
    six = address.as("struct sockaddr_in6")
    printf "%d %s to IPv6 port %d\n", pid, comm, ntohs(six.sin6_port)
  when AF_UNIX
    printf "%d %s to %s\n", pid, comm, address.as("struct sockaddr_un").sun_path
  end
end
