"""Programs, maps, data, types and relocations → the bytes of a BPF object file; and what tools read back from one."""

from rucy.object.build import build_object
from rucy.object.model import DataVar, Extern, Function, Line, MapDef, Module

__all__ = ["DataVar", "Extern", "Function", "Line", "MapDef", "Module", "build_object"]
