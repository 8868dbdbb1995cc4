# What is read through the address of a struct in place is read as through the parameter; not where the variable may be another
# address, nor where the parameter may point to something else by now.
license "GPL"

tp_btf "inet_sock_set_state" do |sk, before, after|
  common = sk.__sk_common
  printk "%d %d", common.skc_family, common.skc_state
  either = sk.__sk_common
  either = nil if after == 7
  printk "%d", either.skc_family
end

fentry "security_unix_stream_connect" do |sock, other, fresh|
  common = sock.__sk_common
  sock = other
  printk "%d %d", common.skc_family, sock.__sk_common.skc_family
end
