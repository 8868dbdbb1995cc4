"""Fields of the kernel's structs that hold addresses, which their C types do not say: __be32, or an array of bytes.

IPv4: struct iphdr and its like (include/uapi/linux/ip.h), in_addr, sock_common (include/net/sock.h), inet_sock; the bytes are the
tracepoints' (include/trace/events/sock.h, tcp.h: saddr, daddr, saddr_v6, daddr_v6).
"""

from __future__ import annotations

#: (name, bytes) → "ip4" or "ip6"
BYTES = {
    ("saddr", 4): "ip4", ("daddr", 4): "ip4", ("saddr", 16): "ip6", ("daddr", 16): "ip6",
    ("saddr_v6", 16): "ip6", ("daddr_v6", 16): "ip6",
}  # fmt: skip

#: a __be32 of these names
IP4 = frozenset(("saddr", "daddr", "s_addr", "skc_daddr", "skc_rcv_saddr", "inet_saddr", "src_ip4", "dst_ip4"))
