"""Front ends: text of a language in, lang/tree.py out."""
