"""Refusals of whole programs: what does not fit the machine, and nothing to compile at all."""

from __future__ import annotations

from rucy.source.diagnostic import Diagnostic


class FrameLimit(Diagnostic):
    code = "frame-too-large"
    title = "this needs {size} bytes of stack, and a kernel program has 512; the largest variable ({largest} bytes) is here"
    help = "read a shorter string, or split the work into two probes; variables that move to scratch memory are not yet there"


class CallFrames(Diagnostic):
    code = "frames-too-large"
    title = "the methods on one chain of calls share 512 bytes of stack, and {chain} need {size} together"
    help = "read shorter strings in the methods, or do the work of one of them in the probe itself"


class UnboundedLoop(Diagnostic):
    code = "unbounded-loop"
    title = "this loop is not known to end for the kernel: {reason}"
    help = (
        "count up to a constant: `for i in 0...64` with `break` inside, or `n.clamp(0, 64).times`; "
        "loops without such a bound are not there yet"
    )


class ReferenceKept(Diagnostic):
    code = "reference-kept"
    title = "what `{name}` gives must be given back, and a path ends, or comes here again, without that"
    help = "call `{release}` on every path, before each `next` and `break` too, but where it gave nothing"


class ReferenceGone(Diagnostic):
    code = "reference-gone"
    title = "this has been given back before, and may not be used any more"
    help = "take what you need of it first, or give it back later"


class ReferenceForeign(Diagnostic):
    code = "reference-foreign"
    title = "`{name}` takes back what was acquired, and this was not"
    help = "leave it out: only what a function that acquires gave is given back"


class NoProgram(Diagnostic):
    code = "no-program"
    title = "nothing in this file is for the kernel: it has no probe and no `section!`"
    help = 'write a probe, e.g. `kprobe "tcp_connect" do |sk| … end`; `rucy hooks` lists what there is'
