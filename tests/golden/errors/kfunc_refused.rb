license "GPL"
xdp do |packet|
  bpf_xdp_metadata_rx_timestamp(1)  # error: [kfunc-refused]
  :pass
end
