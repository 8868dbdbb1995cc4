# Members of unions that the verifier takes for their neighbours, and addresses inside what may be NULL: copied.
license "GPL"

$sum = 0

tp_btf "writeback_write_inode" do |inode, control|
  $sum += inode.i_dir_seq
  $sum += 1 if inode.i_pipe
  $sum += control.nr_to_write
end

tp_btf "fib_table_lookup" do |table, flow, nexthop, error|
  printk "%p", nexthop.nhc_gw
  $sum += 1 if error != 0
end
