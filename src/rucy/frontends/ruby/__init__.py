"""Ruby text to lang/tree.py. The language is the contract's; what Ruby has beyond it is refused by its Ruby name."""

from __future__ import annotations

from rucy.frontends.ruby.methods import DIALECT
from rucy.frontends.ruby.parse import parse

__all__ = ["DIALECT", "parse"]
