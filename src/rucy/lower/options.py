"""Read-only values that the loader sets: variables of `.rodata`, loaded where they are read and never folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rucy.ir.function import Data, Module, const
from rucy.lang import typed
from rucy.lang import types as t
from rucy.lang.storage import BytesStorage, TextStorage, align_of
from rucy.lower.storage import describe, load
from rucy.lower.values import CONST_PTR, Held, Object, Opt, Text

if TYPE_CHECKING:
    from rucy.lower.function import Lowering


def declare(module: Module, setting: typed.SettingVar) -> None:
    """The variable, and the byte beside it that says whether it was given. What is read by words begins at one."""
    wide = isinstance(setting.storage, TextStorage | BytesStorage)
    align = 8 if wide else align_of(setting.storage)
    module.data[setting.name] = Data(setting.name, ".rodata", setting.initial, align, describe(setting.storage))
    if setting.given:
        module.data[setting.given] = Data(setting.given, ".rodata", bytes(1), 1, "bool")


def read(low: Lowering, node: typed.Setting) -> Held:
    b = low.b
    at = b.emit("global", type=CONST_PTR, symbol=node.var.name, off=0)
    value: Held
    match node.storage:
        case TextStorage(size):
            value = Text(at, size)
        case BytesStorage():
            value = Object(at)
        case _:
            value = load(low, at, 0, node.storage, node)
    if not isinstance(node.type, t.OptType):
        return value
    given = b.emit("load", b.emit("global", type=CONST_PTR, symbol=node.given, off=0), off=0, width=1, signed=False)
    return Opt(b.compare("ne", given, const(0)), value)
