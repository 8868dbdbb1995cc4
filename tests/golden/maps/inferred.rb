# Keys take the width of what indexes them, values are u64, or i64 if anything signed is stored.
license "GPL"
BY_PID = hash default: 0
BY_PORT = hash default: 0
BY_ADDRESS = hash default: 0
BY_SIGNAL = hash default: 0
BY_SUM = hash default: 0
BY_NAME = hash default: 0
BOTH = hash
WIDER = hash
SIGNED = hash default: 0
FLAGS = hash default: false
NAMES = hash
syscall "kill" do |other, number|
  BY_PID[pid] += 1
  BY_SIGNAL[number] += 1
  BY_SUM[pid + 1] += 1
  BY_NAME[comm] += 1
  BOTH[pid, comm] = nsecs
  WIDER[ntohs(pid)] = 1
  WIDER[70_000] = 2
  SIGNED[5] -= 1
  FLAGS[pid] = pid > 1
  NAMES[number] = comm
  who = tid
  BOTH[who, "x"] = 1
end
cgroup_connect4 do |to|
  BY_PORT[to.user_port] += 1
  BY_ADDRESS[to.user_ip4] += 1
  true
end
