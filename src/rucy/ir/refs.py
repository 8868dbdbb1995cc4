"""CO-RE references, as instructions carry them: `btf.core.CoreRef`, named here for the packages that see only the IR."""

from rucy.btf.core import CoreRef

__all__ = ["CoreRef"]
