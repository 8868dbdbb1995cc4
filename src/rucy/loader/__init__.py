"""Loading: a finished BPF object comes in as bytes, a running and attached program goes out.

Nothing here knows the compiler: an object compiled yesterday loads without it. libbpf does the work, called by ctypes.
"""
