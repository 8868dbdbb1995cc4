license "GPL"
def twice
  yield
  yield
end
kprobe "tcp_connect" do |sk|
  n = 0
  twice { twice { twice { twice { twice { twice { twice { twice { twice { twice { twice { twice { n += 1 } } } } } } } } } } } }  # error: [block-too-large]
  printk "%d", n
end
