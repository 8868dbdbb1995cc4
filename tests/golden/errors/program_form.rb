license "GPL"

P = prog_array(0 => :one)  # error: [map-form]

xdp name: :one, attach: false do |pkt|
  :pass
end

xdp do |pkt|
  :pass
end
