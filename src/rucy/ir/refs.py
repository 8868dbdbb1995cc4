"""What instructions carry besides operands, named here for the packages that see only the IR: CO-RE references
(`btf.core`) and places in the source."""

from rucy.btf.core import CoreRef
from rucy.source import Span

__all__ = ["CoreRef", "Span"]
