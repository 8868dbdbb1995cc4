license "GPL"

$ssh = 0
$other = 0

tracepoint "sched:sched_process_exec" do |event|
  if comm.start_with?("sshd") || comm == "scp"
    $ssh += 1
  else
    $other += 1
  end
end
