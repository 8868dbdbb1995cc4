"""What the checker says to the user: one class each, by matter. Imported only when there is something to say.

`{words[...]}` in a text is the front end's spelling (lang/dialect.py).
"""

from __future__ import annotations

from rucy.source import Diagnostic


def find(name: str) -> type[Diagnostic]:
    """The class of that name."""
    from rucy.lang.errors import asked, integers, kernel, maps, names, nil, output, packets, programs, structs, types

    for module in (asked, names, types, nil, integers, kernel, programs, output, packets, maps, structs):
        found = getattr(module, name, None)
        if found is not None:
            assert isinstance(found, type) and issubclass(found, Diagnostic)
            return found
    raise AssertionError(f"no diagnostic is called {name}")
