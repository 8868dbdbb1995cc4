"""Every named node kind of the grammar and what becomes of it: lowered by a function, refused with its message, or part of
another construct (both None). A test holds the table next to the grammar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rucy.frontends.ruby import assign, calls, control, errors, literals
from rucy.lang import tree
from rucy.records import NamedTuple
from rucy.source import Diagnostic

if TYPE_CHECKING:
    from tree_sitter import Node

    from rucy.frontends.ruby.lower import Lowering


class Kind(NamedTuple):
    """One row: `lower` makes the tree, or `refusal` says why there is none."""

    lower: Callable[[Lowering, Node], tree.Node] | None = None
    refusal: type[Diagnostic] | None = None


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Parts of other constructs: their parents read them.
_PARTS = words_of("""
program block_body body_statement then do else elsif in when pattern superclass setter operator argument_list pair
method_parameters block_parameters lambda_parameters keyword_parameter optional_parameter destructured_parameter
block_parameter left_assignment_list destructured_left_assignment right_assignment_list exceptions exception_variable rescue
ensure interpolation escape_sequence string_content heredoc_content heredoc_body heredoc_end bare_string bare_symbol
hash_key_symbol comment empty_statement uninterpreted in_clause if_guard unless_guard
""")

#: What stands between statements and means nothing.
STRUCTURAL = frozenset({"comment", "empty_statement", "heredoc_body", "uninterpreted"})

_LOWERED: dict[str, Any] = {
    "identifier": literals.lower_identifier,
    "constant": literals.lower_constant,
    "scope_resolution": literals.lower_scope_resolution,
    "global_variable": literals.lower_global,
    "integer": literals.lower_integer,
    "true": literals.lower_true,
    "false": literals.lower_false,
    "nil": literals.lower_nil,
    "line": literals.lower_line,
    "file": literals.lower_file,
    "encoding": literals.lower_encoding,
    "character": literals.lower_character,
    "string": literals.lower_string,
    "chained_string": literals.lower_chained_string,
    "string_array": literals.lower_string_array,
    "symbol_array": literals.lower_symbol_array,
    "simple_symbol": literals.lower_simple_symbol,
    "delimited_symbol": literals.lower_delimited_symbol,
    "heredoc_beginning": literals.lower_heredoc,
    "array": literals.lower_array,
    "range": literals.lower_range,
    "if": control.lower_if,
    "unless": control.lower_if,
    "if_modifier": control.lower_if_modifier,
    "unless_modifier": control.lower_if_modifier,
    "conditional": control.lower_conditional,
    "while": control.lower_while,
    "until": control.lower_while,
    "while_modifier": control.lower_while_modifier,
    "until_modifier": control.lower_while_modifier,
    "for": control.lower_for,
    "case": control.lower_case,
    "return": control.lower_return,
    "next": control.lower_next,
    "break": control.lower_break,
    "begin": control.lower_body,
    "parenthesized_statements": control.lower_parentheses,
    "assignment": assign.lower_assignment,
    "operator_assignment": assign.lower_operator_assignment,
    "binary": calls.lower_binary,
    "unary": calls.lower_unary,
    "element_reference": calls.lower_element,
    "call": calls.lower_call,
    "yield": calls.lower_yield,
    "self": calls.lower_self,
    "instance_variable": calls.lower_instance_variable,
}

_REFUSED: dict[str, type[Diagnostic]] = {
    "float": errors.FloatLiteral,
    "rational": errors.RationalLiteral,
    "complex": errors.ComplexLiteral,
    "regex": errors.RegexLiteral,
    "subshell": errors.Subshell,
    "hash": errors.HashLiteral,
    "lambda": errors.LambdaLiteral,
    "super": errors.SuperCall,
    "class_variable": errors.ClassVariable,
    "method": errors.NestedDef,
    "singleton_method": errors.SingletonMethod,
    "class": errors.ClassInside,
    "module": errors.ModuleWord,
    "singleton_class": errors.SingletonClass,
    "begin_block": errors.BeginBlock,
    "end_block": errors.EndBlock,
    "alias": errors.AliasWord,
    "undef": errors.UndefWord,
    "redo": errors.Redo,
    "retry": errors.Retry,
    "rescue_modifier": errors.Rescue,
    "splat_argument": errors.SplatArgument,
    "hash_splat_argument": errors.HashSplatArgument,
    "forward_argument": errors.ForwardArguments,
    "block_argument": errors.BlockArgument,
    "splat_parameter": errors.SplatParameter,
    "hash_splat_parameter": errors.SplatParameter,
    "hash_splat_nil": errors.SplatParameter,
    "forward_parameter": errors.ForwardArguments,
    "rest_assignment": errors.AssignSplat,
    "block": errors.LambdaLiteral,
    "do_block": errors.LambdaLiteral,
    "case_match": errors.PatternMatch,
    "match_pattern": errors.PatternMatch,
    "test_pattern": errors.PatternMatch,
    "as_pattern": errors.PatternMatch,
    "alternative_pattern": errors.PatternMatch,
    "array_pattern": errors.PatternMatch,
    "find_pattern": errors.PatternMatch,
    "keyword_pattern": errors.PatternMatch,
    "hash_pattern": errors.PatternMatch,
    "parenthesized_pattern": errors.PatternMatch,
    "variable_reference_pattern": errors.PatternMatch,
    "expression_reference_pattern": errors.PatternMatch,
}

KINDS: dict[str, Kind] = {
    **{kind: Kind() for kind in _PARTS},
    **{kind: Kind(lower=function) for kind, function in _LOWERED.items()},
    **{kind: Kind(refusal=refusal) for kind, refusal in _REFUSED.items()},
}
