license "GPL"
$n = 0

def inner(a)
  v0, v1, v2, v3, v4, v5, v6, v7 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v8, v9, v10, v11, v12, v13, v14, v15 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v16, v17, v18, v19, v20, v21, v22, v23 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v24, v25, v26, v27, v28, v29, v30, v31 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v32, v33, v34, v35, v36, v37, v38, v39 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  b = nsecs
  v0 * b ^ v1 * b ^ v2 * b ^ v3 * b ^ v4 * b ^ v5 * b ^ v6 * b ^ v7 * b ^
    v8 * b ^ v9 * b ^ v10 * b ^ v11 * b ^ v12 * b ^ v13 * b ^ v14 * b ^ v15 * b ^
    v16 * b ^ v17 * b ^ v18 * b ^ v19 * b ^ v20 * b ^ v21 * b ^ v22 * b ^ v23 * b ^
    v24 * b ^ v25 * b ^ v26 * b ^ v27 * b ^ v28 * b ^ v29 * b ^ v30 * b ^ v31 * b ^
    v32 * b ^ v33 * b ^ v34 * b ^ v35 * b ^ v36 * b ^ v37 * b ^ v38 * b ^ v39 * b
end

def outer(a)
  v0, v1, v2, v3, v4, v5, v6, v7 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v8, v9, v10, v11, v12, v13, v14, v15 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v16, v17, v18, v19, v20, v21, v22, v23 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v24, v25, v26, v27, v28, v29, v30, v31 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  v32, v33, v34, v35, v36, v37, v38, v39 = nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs, nsecs
  b = inner(a) + inner(a + 1)
  v0 * b ^ v1 * b ^ v2 * b ^ v3 * b ^ v4 * b ^ v5 * b ^ v6 * b ^ v7 * b ^
    v8 * b ^ v9 * b ^ v10 * b ^ v11 * b ^ v12 * b ^ v13 * b ^ v14 * b ^ v15 * b ^
    v16 * b ^ v17 * b ^ v18 * b ^ v19 * b ^ v20 * b ^ v21 * b ^ v22 * b ^ v23 * b ^
    v24 * b ^ v25 * b ^ v26 * b ^ v27 * b ^ v28 * b ^ v29 * b ^ v30 * b ^ v31 * b ^
    v32 * b ^ v33 * b ^ v34 * b ^ v35 * b ^ v36 * b ^ v37 * b ^ v38 * b ^ v39 * b
end

kprobe "tcp_connect" do |sk|  # error: [frames-too-large]
  $n = outer(5) + outer(7)
end
