license "GPL"
SOCKS = sockmap(8)
tc_ingress do |packet|
  sk = SOCKS[1]                 # error: [reference-kept]
  next :ok unless sk
  sk.state == 1 ? :ok : :shot
end
