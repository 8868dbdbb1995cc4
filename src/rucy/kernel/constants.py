"""Constants that both halves of a program can name: errno, AF_*, IPPROTO_*, ETH_P_*, O_*, S_*, SIG*, XDP_*, TC_ACT_*, SK_*.

Scraped into `_generated/constants` from uapi headers (asm-generic/errno.h, linux/socket.h, linux/in.h,
linux/if_ether.h, asm-generic/fcntl.h, linux/stat.h); where a machine has its own number, it has its own line.
"""

from __future__ import annotations

#: Without SIG: include/uapi/asm-generic/signal.h, which x86 and arm64 share.
SIGNALS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11,
    "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "STKFLT": 16, "CHLD": 17, "CONT": 18, "STOP": 19, "TSTP": 20,
    "TTIN": 21, "TTOU": 22, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27, "WINCH": 28, "IO": 29, "PWR": 30,
    "SYS": 31,
}  # fmt: skip

#: What programs of packets decide: enum xdp_action and enum sk_action of include/uapi/linux/bpf.h, and the actions of
#: include/uapi/linux/pkt_cls.h.
VERDICTS = {
    "XDP_ABORTED": 0, "XDP_DROP": 1, "XDP_PASS": 2, "XDP_TX": 3, "XDP_REDIRECT": 4, "SK_DROP": 0, "SK_PASS": 1,
    "TC_ACT_UNSPEC": -1, "TC_ACT_OK": 0, "TC_ACT_RECLASSIFY": 1, "TC_ACT_SHOT": 2, "TC_ACT_PIPE": 3, "TC_ACT_STOLEN": 4,
    "TC_ACT_QUEUED": 5, "TC_ACT_REPEAT": 6, "TC_ACT_REDIRECT": 7, "TC_ACT_TRAP": 8,
}  # fmt: skip


def find(name: str, arch: str = "x86_64") -> int | None:
    """The value of a constant; None if it is not one of these."""
    from rucy.kernel._generated.constants import TEXT

    if name[:3] == "SIG" and name[3:] in SIGNALS:
        return SIGNALS[name[3:]]
    if name in VERDICTS:
        return VERDICTS[name]
    for key in (f"{name}@{arch}", name):
        at = TEXT.find(f"\n{key} ")
        if at >= 0:
            start = at + len(key) + 2
            return int(TEXT[start : TEXT.index("\n", start)])
    return None


def names() -> list[str]:
    """Names of all constants of the table."""
    from rucy.kernel._generated.constants import TEXT

    scraped = [line.split(" ", 1)[0] for line in TEXT.splitlines() if line and "@" not in line]
    return [*scraped, *(f"SIG{name}" for name in SIGNALS), *VERDICTS]
