"""Source text, places in it, and what is said about them."""

from rucy.source.diagnostic import Diagnostic, Diagnostics, Note, UserError
from rucy.source.file import SourceFile, Span

__all__ = ["Diagnostic", "Diagnostics", "Note", "SourceFile", "Span", "UserError"]
