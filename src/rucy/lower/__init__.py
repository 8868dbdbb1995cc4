"""The checked tree becomes IR.

In: lang.typed.Checked. Out: ir.Module in SSA, every block sealed, unreachable blocks gone. What an operator of the
language means in 64-bit wrapping arithmetic is settled here (integers.py); so is how a field is read (kernel.py).
"""

from rucy.lower.module import lower_module

__all__ = ["lower_module"]
