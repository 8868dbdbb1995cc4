license "GPL"
tc_ingress { |skb| skb.cb == 0 ? :ok : :shot }  # error: [whole-array]
