"""What the checker says to the user: one class each, by matter. Imported only when there is something to say.

`{words[...]}` in a text is the front end's spelling (lang/dialect.py).
"""

from __future__ import annotations

from types import ModuleType

from rucy.source import Diagnostic


def modules() -> tuple[ModuleType, ...]:
    """All modules that hold such classes."""
    from rucy.lang.errors import (
        asked,
        integers,
        kernel,
        maps,
        names,
        nil,
        objects,
        options,
        output,
        packets,
        programs,
        structs,
        types,
    )

    return (asked, names, types, nil, integers, kernel, programs, output, packets, maps, structs, options, objects)


def find(name: str) -> type[Diagnostic]:
    """The class of that name."""
    for module in modules():
        found = getattr(module, name, None)
        if found is not None:
            assert isinstance(found, type) and issubclass(found, Diagnostic)
            return found
    raise AssertionError(f"no diagnostic is called {name}")
