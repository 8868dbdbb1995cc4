"""Section names: the rows of libbpf's section_defs in tools/lib/bpf/libbpf.c."""

from __future__ import annotations

import re

from scrape.source import Tree


def table(tree: Tree) -> list[str]:
    """Lines "section type attach flags", in libbpf's order (the first match counts); "-" where there is none."""
    text = tree.code("tools/lib/bpf/libbpf.c")
    body = re.search(r"section_defs\[\] = \{(.*?)\n\};", text, re.S)
    assert body
    lines = []
    for name, kind, attach, flags in re.findall(r'SEC_DEF\("([^"]+)",\s*(\w+),\s*(\w+),\s*([\w| ]+?)\s*[,)]', body.group(1)):
        marks = [
            mark
            for mark, flag in (("sleepable", "SEC_SLEEPABLE"), ("btf", "SEC_ATTACH_BTF"), ("frags", "SEC_XDP_FRAGS"))
            if flag in flags.split(" | ")
        ]
        lines.append(" ".join([name, kind, attach.replace("0", "-") if attach == "0" else attach, ",".join(marks) or "-"]))
    return lines
