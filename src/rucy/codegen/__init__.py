"""IR functions become BPF instructions: legalise, select, spill and allocate, lay out, emit."""

from rucy.codegen.generate import generate
from rucy.codegen.machine import CodegenTarget, FrameTooLarge, MachineFunction

__all__ = ["CodegenTarget", "FrameTooLarge", "MachineFunction", "generate"]
