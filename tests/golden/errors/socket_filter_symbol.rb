socket_filter { |skb| :pass }  # error: [unknown-result]
