tc_egress do |skb|
  next :drop if skb.mark == 5  # error: [unknown-result]
  :ok
end
