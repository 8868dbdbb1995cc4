tc_ingress { |skb| :pass }  # error: [unknown-result]
