"""The table of node kinds is the grammar's: no kind missing, none left from another version."""

from tree_sitter import Language
from tree_sitter_ruby import language

from rucy.frontends.ruby.kinds import KINDS


def test_each_named_kind_of_the_grammar_has_a_row() -> None:
    grammar = Language(language())
    ids = range(grammar.node_kind_count)
    named = {grammar.node_kind_for_id(i) for i in ids if grammar.node_kind_is_named(i) and grammar.node_kind_is_visible(i)}
    assert named - {"ERROR"} == set(KINDS)


def test_a_kind_is_lowered_or_refused_not_both() -> None:
    assert not [kind for kind, row in KINDS.items() if row.lower is not None and row.refusal is not None]
