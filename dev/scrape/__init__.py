"""Readers of kernel sources, one module a table; each gives the text of a module of `rucy/kernel/_generated/`."""
