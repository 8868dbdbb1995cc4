license "GPL"
NOWHERE = 0
$n = 0
raw_tracepoint "sys_enter" do |regs, id|
  0.step(10, 0) { |i| $n += i }            # error: [step-zero]
  0.step(10, NOWHERE) { |i| $n += i }      # error: [step-zero]
  1.step(by: 0, to: 4) { |i| $n += i }     # error: [step-zero]
  (0..10).step(0) { |i| $n += i }          # error: [step-zero]
end
