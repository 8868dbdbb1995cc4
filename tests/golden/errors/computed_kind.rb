license "GPL"
WHO = ARGV[0]  # error: [computed-kind]
cgroup_connect4 { |c| comm != WHO }
