"""Refusals of whole programs: what does not fit the machine, and nothing to compile at all."""

from __future__ import annotations

from rucy.source.diagnostic import Diagnostic


class FrameLimit(Diagnostic):
    code = "frame-too-large"
    title = "this needs {size} bytes of the stack for what cannot lie elsewhere, and a kernel program has 512"
    help = "use fewer variables at one time, or split the work into two probes"


class CallFrames(Diagnostic):
    code = "frames-too-large"
    title = "the methods on one chain of calls share 512 bytes of stack, and {chain} need {size} together"
    help = "use fewer variables in the methods, or do the work of one of them in the probe itself"


class ScratchLimit(Diagnostic):
    code = "scratch-too-large"
    title = "the variables of this program need {size} bytes, and it can have {most}; the largest ({largest} bytes) is here"
    help = "read shorter strings, or keep large things in a map"


class LoopTooLong(Diagnostic):
    code = "loop-too-long"
    title = "this loop is too much for the kernel's verifier: {reason}"
    help = "put a part of what it does into a method that takes and gives Integers; a newer `--kernel` may take it as it is"


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


class LockCall(Diagnostic):
    code = "lock-call"
    title = "`{text}` makes a call, of the kernel or a function, and nothing may be called while a lock is held"
    help = "do it before `lock`, and keep what it gives in a variable: fields of what was looked up and arithmetic stay inside"


class NoProgram(Diagnostic):
    code = "no-program"
    title = "nothing in this file is for the kernel: it has no probe and no `section!`"
    help = 'write a probe, e.g. `kprobe "tcp_connect" do |sk| … end`; `rucy hooks` lists what there is'
