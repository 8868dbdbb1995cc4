"""Locks and timers: where they may be, and what may be done with them."""

from __future__ import annotations

from rucy.source import Diagnostic


class ObjectArray(Diagnostic):
    code = "object-array"
    title = "there can be no array of `:{kind}`: the kernel takes one in a value"
    help = "write `attr :x, :{kind}`"


class ObjectTwice(Diagnostic):
    code = "object-twice"
    title = "a struct can have one `:{kind}` only"
    help = "leave one of them out"


class ObjectInside(Diagnostic):
    code = "object-inside"
    title = "`{struct}` has a `:{kind}`, and so can be nothing but the value of a map"
    help = "put the `:{kind}` into the struct that is the map's value itself"


class ObjectMap(Diagnostic):
    code = "object-map"
    title = "`{map}`, a `{word}`, cannot have values with a `:{kind}` (`{struct}`)"
    help = "use a `hash` or an `array`: `{map} = hash(:u32 => {struct})`"


class ObjectHere(Diagnostic):
    code = "object-here"
    title = "the kernel lets no `{hook}` use `{map}`, whose values have a `:{kind}`"
    help = "use `tp_btf` or `fentry` instead, or a packet or cgroup hook"


class ObjectCopied(Diagnostic):
    code = "object-copied"
    title = "a `{struct}` cannot be copied out of its map: nobody but the kernel reads its `:{kind}`"
    help = "use it where it is, `if e = MAP[key]; e.x += 1; end`, or copy the fields that you need"


class ObjectDeleted(Diagnostic):
    code = "object-copied"
    title = "what `{text}` takes out of `{map}` has a lock or timer, and cannot be had as a copy"
    help = "take what you need of the element first, and let the value of `delete` go"


class ObjectArgument(Diagnostic):
    code = "object-argument"
    title = "`{word}` takes a field of type `:{kind}` of an element of a map"
    help = "write e.g. `if e = MAP[key]; {form}; end` with `attr :x, :{kind}`"


class ObjectPlace(Diagnostic):
    code = "object-place"
    title = "`{text}` is not in a map, and a `:{kind}` is of use only there"
    help = "store it, `MAP[key] = e`, and take the element: `if e = MAP[key]; … end`"


class LockBlock(Diagnostic):
    code = "lock-block"
    title = "`lock` takes a block without parameters: what is done while the lock is held"
    help = "write `lock(e.l) {{ e.x = … }}`"


class LockInside(Diagnostic):
    code = "lock-inside"
    title = "a lock is held already, and the kernel lets a program hold only one"
    help = "leave the block of the first before you take the other"


class AfterBlock(Diagnostic):
    code = "after-block"
    title = "`{word}` takes a block of two parameters at most: what is done when the time is over"
    help = "write `after(e.t, nanoseconds) {{ |key, e| … }}`"


class AfterCapture(Diagnostic):
    code = "after-capture"
    title = "`{name}` is a variable of the program, which is over when this block runs"
    help = "keep it in the element, `e.x = {name}`, and read it from the block's second parameter; or use a $global or a map"


class AfterLeave(Diagnostic):
    code = "after-leave"
    title = "the program is over when this block runs: there is nothing left to leave by `return` or `break`"
    help = "use `next`, which ends the block"


class AfterContext(Diagnostic):
    code = "after-context"
    title = "`{text}` asks for what the program was called with, and it is over when this block runs"
    help = "keep what you need in the element before, and read it from the block's second parameter"


class TimerMap(Diagnostic):
    code = "timer-map"
    title = "`{text}` is an element of {names}: the kernel must be told which map its timer is in"
    help = "name the map, `after(MAP[key].t, …)` with an index that is surely inside, or give each map a class of its own"


class TimerInner(Diagnostic):
    code = "object-map"
    title = "the maps in `{outer}` are found when the program runs, and a timer's map must be known before"
    help = "keep the timer in a map of its own: `TIMERS = hash(:u32 => Shot)`"
