license "GPL"

class Shot
  attr :t, :timer
end

SHOTS = array_of_maps(array(Shot, 4), 2)  # error: [object-map]

tc_ingress do |packet|
  shots = SHOTS[1]
  next :ok unless shots
  shot = shots[2]
  :ok
end
