"""Rucy: plain Ruby in, eBPF out. For Python programs, `rucy.load` (docs/python.md).

What is offered is imported when it is first named: `import rucy` itself costs nothing, and the command needs none of it.
"""
# ruff: noqa: F403, F405 - what is there is in `rucy.api`

TYPE_CHECKING = False  # as that of `typing`, which would be most of what importing this costs
if TYPE_CHECKING:
    from rucy.api import *

__version__ = "0.1.0"

__all__ = [
    "Attachment", "BloomFilter", "Bucket", "CompileError", "Error", "Events", "Globals", "HashMap", "Histogram", "Keyed",
    "Lines", "Link", "LoadError", "Loss", "MapOfMaps", "Message", "Program", "ProgramStats", "Queue", "Statistics", "Stats",
    "Stream", "Struct", "TestRun", "Tool", "Trace", "TraceLine", "UserRing", "VerifierRefusal", "load",
]  # fmt: skip

if not TYPE_CHECKING:

    def __getattr__(name):
        if name not in __all__:  # a module of ours that is about to be imported, too
            raise AttributeError(f"module 'rucy' has no attribute '{name}'")
        from importlib import import_module

        found = getattr(import_module("rucy.api"), name)
        globals()[name] = found
        return found
