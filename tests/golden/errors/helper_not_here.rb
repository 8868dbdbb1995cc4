license "GPL"
xdp do |pkt|
  override_return(ctx, 5)  # error: [override-here] `xdp`
  skb_change_type(ctx, 5)  # error: [helper-not-here] `skb_change_type`
  :pass
end
