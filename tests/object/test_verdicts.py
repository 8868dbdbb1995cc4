"""Which programs of tc attach by a tcx link: those of which each verdict means the same there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rucy.pipeline import compile_file, notes_of


@pytest.mark.parametrize(
    ("body", "link"),
    [
        (":ok", "tcx"),
        ("pkt.size > 900 ? :shot : :unspec", "tcx"),
        ("next :shot if pkt.size > 900\n  next :pipe unless pkt.tcp\n  :reclassify", "tcx"),
        ("next redirect(pkt.ifindex) if pkt.size > 900\n  :ok", "tcx"),
        (":stolen", "tc"),
        ("pkt.size > 900 ? :trap : :ok", "tc"),
        ("next :stolen if pkt.udp\n  :ok", "tc"),
        ("pkt.size & 7", "tc"),
        ("def_verdict(pkt.size).clamp(0, 8)", "tc"),
    ],
)
@pytest.mark.parametrize("side", ("ingress", "egress"))
def test_link_of_a_program(tmp_path: Path, body: str, link: str, side: str) -> None:
    method = "def def_verdict(size)\n  size > 900 ? 4 : 0\nend\n"
    (tmp_path / "x.rb").write_text(f'license "GPL"\n{method}tc_{side} do |pkt|\n  {body}\nend\n')
    (row,) = notes_of(compile_file(str(tmp_path / "x.rb")).data)["probes"]
    assert row["link"] == f"{link}_{side}"
