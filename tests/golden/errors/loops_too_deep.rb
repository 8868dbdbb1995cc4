license "GPL"
$n = 0
kprobe "tcp_connect" do |sk|
  s = 0
  $n.times do |a0|  # error: [loop-too-long]
    $n.times do |a1|
      $n.times do |a2|
        $n.times do |a3|
          $n.times do |a4|
            $n.times do |a5|
              $n.times do |a6|
                $n.times do |a7|
                  $n.times do |a8|
                    $n.times do |a9|
                      $n.times do |a10|
                        $n.times do |a11|
                          $n.times do |a12|
                            $n.times do |a13|
                              $n.times do |a14|
                                $n.times do |a15|
                                  $n.times do |a16|
                                    s += a0
                                  end
                                end
                              end
                            end
                          end
                        end
                      end
                    end
                  end
                end
              end
            end
          end
        end
      end
    end
  end
  $n = s
end
