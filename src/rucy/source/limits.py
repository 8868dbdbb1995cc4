"""Refusals that only the back end can make: what does not fit the machine."""

from __future__ import annotations

from rucy.source.diagnostic import Diagnostic


class FrameLimit(Diagnostic):
    code = "frame-too-large"
    title = "this needs {size} bytes of stack, and a kernel program has 512; the largest variable ({largest} bytes) is here"
    help = "read a shorter string, or split the work into two probes; variables that move to scratch memory are not yet there"


class UnboundedLoop(Diagnostic):
    code = "unbounded-loop"
    title = "this loop is not known to end for the kernel: {reason}"
    help = (
        "count up to a constant: `for i in 0...64` with `break` inside, or `n.clamp(0, 64).times`; "
        "loops without such a bound are not there yet"
    )
