"""Kernel functions of the newest kernel that a program cannot call: why → names. `make test` prints how many there are."""

from __future__ import annotations

REFUSED: dict[str, str] = {
    "ends the program as an exception, of which the kernel half has none": "bpf_throw",
    "gives __u8 *": "bpf_io_uring_get_region",
    "gives const void *": "scx_bpf_online_cmask",
    "gives the kernel's own context, whose type no prototype says": "bpf_cast_to_kern_ctx",
    "gives void *": "bpf_arena_alloc_pages bpf_rdonly_cast bpf_wakeup_sources_get_head",
    "gives what is not known to live, and `.as` gives the same": "bpf_get_kmem_cache",
    "is about functions that the kernel runs later where sleeping is allowed, and a block here is not one of these": (
        "bpf_task_work_schedule_resume bpf_task_work_schedule_signal bpf_wq_init bpf_wq_set_callback bpf_wq_start"
    ),
    "is about linked lists of objects that a program allocates for itself, and here everything lies in maps": (
        "bpf_list_add bpf_list_back bpf_list_del bpf_list_empty bpf_list_front bpf_list_is_first bpf_list_is_last "
        "bpf_list_pop_back bpf_list_pop_front bpf_list_push_back bpf_list_push_back_impl bpf_list_push_front "
        "bpf_list_push_front_impl"
    ),
    "is about objects that a program allocates for itself, and here everything lies in maps": (
        "bpf_obj_drop bpf_obj_drop_impl bpf_obj_new bpf_obj_new_impl bpf_percpu_obj_drop bpf_percpu_obj_drop_impl "
        "bpf_percpu_obj_new bpf_percpu_obj_new_impl bpf_refcount_acquire bpf_refcount_acquire_impl"
    ),
    "is about resilient spin locks, which no value of a map has here": (
        "bpf_res_spin_lock bpf_res_spin_lock_irqsave bpf_res_spin_unlock bpf_res_spin_unlock_irqrestore"
    ),
    "is about sorted trees of objects that a program allocates for itself, and here everything lies in maps": (
        "bpf_rbtree_add bpf_rbtree_add_impl bpf_rbtree_first bpf_rbtree_left bpf_rbtree_remove bpf_rbtree_right "
        "bpf_rbtree_root"
    ),
    "is for programs that are bound to one device": (
        "bpf_xdp_metadata_rx_hash bpf_xdp_metadata_rx_timestamp bpf_xdp_metadata_rx_vlan_tag"
    ),
    "is in no set that the sources show": (
        "bpf_fentry_test1 bpf_kfunc_call_memb_release bpf_kfunc_call_test_release bpf_modify_return_test "
        "bpf_modify_return_test2"
    ),
    "stands where a compiler has come upon a mistake": "__bpf_trap",
    "takes a timer": "bpf_timer_cancel_async",
    "takes an iterator": "scx_bpf_dsq_move scx_bpf_dsq_move_set_slice scx_bpf_dsq_move_set_vtime scx_bpf_dsq_move_vtime",
    "takes memory of an arena": "scx_bpf_cid_override scx_bpf_sub_caps scx_bpf_sub_grant scx_bpf_sub_revoke",
    "takes registers": "crash_kexec",
    "takes void *": "bpf_session_cookie bpf_session_is_return",
}
