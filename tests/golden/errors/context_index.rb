license "GPL"
tc_ingress { |skb| skb.cb[skb.len] == 0 ? :ok : :shot }  # error: [context-index]
