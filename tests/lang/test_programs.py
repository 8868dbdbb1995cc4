"""Programs of both dialects: contexts, results."""

from __future__ import annotations

from tests.lang.checking import codes, typed_text

FILTER = """license! "GPL"
section! "cgroup/dev"
class Context
  attr :access_type, :u32
  attr :major, :u32
  attr :minor, :u32
end
def prog(ctx)
  if ctx.major == 1 && ctx.minor == 9
    return 0
  else
    return 1
  end
end
"""


def test_the_original_filter() -> None:
    text = typed_text(FILTER)
    assert 'program prog "cgroup/dev" CGROUP_DEVICE' in text
    assert "CtxLoad 4 4 False 0 0 : u64" in text
    assert "CtxLoad 8 4 False 0 0 : u64" in text


def test_a_filter_as_a_probe() -> None:
    text = typed_text("cgroup_device { |dev| next false if dev.major == 1 && dev.access == 2\n true }")
    assert "CtxLoad 0 4 False 16 65535 : u64" in text
    assert "If : i64" not in text  # both results are constants on their own paths


def test_results_are_listed_where_one_is_missing() -> None:
    assert codes("cgroup_device { |dev| false if dev.major == 1 }") == ["1:result-nil"]
    assert codes("cgroup_device { |dev| dev.major }") == ["1:result-unproved"]
    assert codes("cgroup_device { |dev| 7 }") == ["1:result-range"]
    assert codes("xdp { |pkt| :drip }") == ["1:unknown-result"]
    assert codes("cgroup_device { |dev| dev.major & 1 }") == []


def test_the_context_of_a_helper_may_be_left_out() -> None:
    for call in ("skb_change_type(0)", "skb_change_type(ctx, 0)", "skb_change_type(skb, 0)"):
        text = typed_text(f'license "GPL"\ntc_ingress {{ |skb| {call}; :ok }}')
        assert "CallHelper skb_change_type : i64\n      Ctx : ctx __sk_buff\n      Int 0 : u64" in text
    assert codes('license "GPL"\ntc_ingress { |skb| skb_change_type(ctx); :ok }') == ["2:helper-arguments"]


def test_a_string_of_a_helper_brings_its_size() -> None:
    text = typed_text('license "GPL"\nxdp { |pkt| strncmp("abc", "abd"); :pass }')
    assert "Int 4 : u64" in text
