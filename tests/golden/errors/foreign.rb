license "GPL"
class Node
  attr :key,  :u32
  attr :next, :list_node  # error: [attr-type]
end
tp_btf "sched_process_exit" do |task|
  node = bpf_obj_new(Node)  # error: [foreign]
  bpf_list_push_back(1, node)  # error: [foreign]
  list_pop_front(1)  # error: [foreign]
  bpf_rbtree_add_impl(1, 2, 3, 4, 5)  # error: [foreign]
  bpf_wq_start(1, 0)  # error: [foreign]
  bpf_task_work_schedule_signal(task, 1, 2, 3)  # error: [foreign]
  bpf_res_spin_lock(1)  # error: [foreign]
  bpf_throw(1)  # error: [foreign]
  get_local_storage(1, 0)  # error: [foreign]
end
cgroup_connect4 do |c|
  get_local_storage(1, 0) != 0  # error: [foreign]
end
