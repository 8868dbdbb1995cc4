"""The typed tree that every front end aims at, its types, and the checker.

`check` and `Target` are imported from here when asked for, so that a front end, which needs the trees only, loads no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rucy.lang.checker import check
    from rucy.lang.target import Target


def __getattr__(name: str) -> Any:
    if name == "check":
        from rucy.lang.checker import check

        return check
    if name == "Target":
        from rucy.lang.target import Target

        return Target
    raise AttributeError(name)


__all__ = ["Target", "check"]
