license "GPL"

SEEN = hash(:u32 => :u64)
$start = 0

tc_ingress do |packet|
  sum, step, name = 0, packet.len, "none"
  turns = bpf_loop(packet.mark) do |i|
    next if i.odd?
    break if sum > 1000
    sum += step
    name = "some"
  end
  seen = for_each_map_elem(SEEN) { |k, v| sum += v if k != 0 }
  SEEN[seen] = sum
  SEEN[7] = 1 if name == "some" && turns == nil
  :ok
end

tp_btf "sched_process_exit" do |task|
  next unless task
  found = find_vma(task, 0x400000) { |t, vma| $start = vma.vm_start }
  $start = 1 if found < 0
end
