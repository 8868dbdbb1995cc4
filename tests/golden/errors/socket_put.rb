license "GPL"
SOCKS = sockmap(8)
tc_ingress do |packet|
  SOCKS[1] = SOCKS[2]           # error: [maybe-null]
  SOCKS[1] = packet.mark        # error: [socket-put]
  :ok
end
section! "sk_msg"
def msg(ctx)
  if sk = ctx.sk
    SOCKS[1] = sk               # error: [socket-put]
  end
  1
end
