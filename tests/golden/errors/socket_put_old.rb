# options: kernel=6.18
license "GPL"
SOCKS = sockmap(8)
BY = sockhash(8)
tc_ingress do |packet|
  BY.delete(1)
  if sk = SOCKS[1]
    SOCKS[2] = sk
    sk_release(sk)
  end
  :ok
end
section! "sk_lookup"
def choose(ctx)
  if sk = SOCKS[1]
    SOCKS[2] = sk
    sk_release(sk)
  end
  SOCKS.delete(1)
  1
end
section! "sockops"
def watch(ctx)
  SOCKS.delete(1)
  1
end
