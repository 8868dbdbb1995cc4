license "GPL"
tc_ingress do |skb|
  skb.mark = "red"  # error: [context-value]
  :ok
end
