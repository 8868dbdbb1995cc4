"""The options of the program that a command runs: `rucy run FILE.rb --port 80`.

They stand behind the file, and take the name or letter over from the command's own there. Which there are is known once the
file is compiled: `read` does both, and gives what the loader is to set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rucy.cli.loading import read_tool
from rucy.cli.options import Args, Option, Usage, parse
from rucy.loader.files import ObjectFile
from rucy.loader.options import METAVARS, encode_option, spelled
from rucy.records import NamedTuple


class Given(NamedTuple):
    """The program, the command's own options, and (row of an option, value) for each of the program's that was given. Behind the
    file, `args.files` has the arguments of its user half. `words`: all of them as they were typed."""

    tool: ObjectFile
    args: Args
    values: list[tuple[dict[str, Any], str | bool]]
    words: list[str]


def compiled(
    words: list[str], options: tuple[Option, ...], compile_options: tuple[Option, ...], command: str
) -> ObjectFile:
    """The program alone, whatever stands behind it."""
    own, rest = _split(words, options)
    args = _known(own, rest[1:], options, compile_options, command)
    return read_tool(Args(rest[:1], args.values))


def read(
    words: list[str],
    options: tuple[Option, ...],
    compile_options: tuple[Option, ...],
    command: str,
    check: Callable[[Args], object],
) -> Given:
    """Compile the file that stands first among the words, and take all of them apart. Raises Usage, what compiling does, and
    what `check` does with the values of the command's own options."""
    own, rest = _split(words, options)
    if not rest:
        parse(words, options, (1, 1), command)
        raise Usage(f"`rucy {command}` needs a file; `rucy {command} --help` shows examples")
    path = rest[0]
    args = _known(own, rest[1:], options, compile_options, command)
    selecting = _selecting([*own, *rest[1:]], options)
    try:
        tool = read_tool(Args([path], args.values), command == "run", selecting)
    except OSError:  # a command line that is wrong for any program is said first
        check(parse(words, options, (1, 1), command))
        raise
    rows = {spelled(row): row for row in tool.notes.get("options", [])}
    if any(option.name in rows for option in compile_options):
        taken = tuple(option for option in compile_options if option.name not in rows)
        args = _known(own, rest[1:], options, taken, command)
        tool = read_tool(Args([path], args.values), command == "run", selecting)
    sorted_args, values = _sorted(tool, own, rest[1:], options, rows, command)
    check(sorted_args)
    return Given(tool, sorted_args, values, words)


#: Options of a command that are the program's: what it has itself, or is given for them.
_PROGRAMS = ("--pid", "--comm")


def _selecting(words: list[str], options: tuple[Option, ...]) -> bool:
    """Is a process chosen? A word that only looks so does no harm."""
    letters = tuple(option.short for option in options if option.name in _PROGRAMS and option.short)
    words = words[: words.index("--")] if "--" in words else words
    asked = any(word.partition("=")[0] in _PROGRAMS or (letters and word.startswith(letters)) for word in words)
    return asked and any(option.name in _PROGRAMS for option in options)


def _split(words: list[str], options: tuple[Option, ...]) -> tuple[list[str], list[str]]:
    """What stands before the file, and the file with all behind it."""
    by_name = {name: option for option in options for name in (option.name, option.short) if name}
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] not in ("-", "--"):
        option = by_name.get(words[at])
        at += 2 if option is not None and option.metavar else 1
    if words[at : at + 1] == ["--"]:
        return words[:at], words[at + 1 :]
    return words[:at], words[at:]


def _known(
    own: list[str], behind: list[str], options: tuple[Option, ...], compiling: tuple[Option, ...], command: str
) -> Args:
    """The options that compiling asks for, wherever they stand; others behind the file are looked at later."""
    by_name = {option.name: option for option in compiling}
    words = list(own)
    rest = iter(behind)
    for word in rest:
        option = by_name.get(word.partition("=")[0])
        if option is not None:
            words.append(word)
            words += [next(rest, "")] if option.metavar and "=" not in word else []
    return parse(words, options, (0, None), command)


def _sorted(
    tool: ObjectFile, own: list[str], behind: list[str], options: tuple[Option, ...], rows: dict[str, dict[str, Any]],
    command: str,
) -> tuple[Args, list[tuple[dict[str, Any], str | bool]]]:  # fmt: skip
    """`args` and `values` of Given. Behind the file the program's options go first."""
    theirs = []
    letters = {"-" + row["short"] for row in rows.values() if row["short"]}
    for name, row in rows.items():
        short = "-" + row["short"] if row["short"] else ""
        theirs.append(Option(name, METAVARS.get(row["type"], "N"), row["desc"], short))
        if row["type"] == "bool":
            theirs.append(Option("--no-" + name[2:], "", ""))
    taken = {option.name for option in theirs}
    free = [o._replace(short="" if o.short in letters else o.short) for o in options if o.name not in taken]
    before = parse(own, options, (0, None), command)
    after = parse(_joined(behind, rows), (*free, *theirs), (0, None), f"{command} {tool.name}")
    if after.files and not (tool.user_half and command == "run"):
        raise Usage(f"`{tool.name}` takes no argument `{after.files[0]}`")
    for name in _PROGRAMS:
        if name in rows and name[2:] in before.values:
            after.values.setdefault(name[2:], before.values.pop(name[2:]))
        if name not in rows and (name[2:] in before.values or name[2:] in after.values):
            raise Usage(f"`{name}`: " + (f"what `{tool.name}` looks at is of no process" if not tool.name.endswith(".o") else
                                         f"it is for Ruby files; `{tool.name}` is an object"))  # fmt: skip
    values: list[tuple[dict[str, Any], str | bool]] = []
    for name, row in rows.items():
        given = after.values.pop(name[2:], None)
        unset = after.values.pop("no-" + name[2:], None)
        value = False if unset and given is None else given
        if isinstance(value, str | bool):
            try:
                encode_option(row, value)
            except ValueError as error:
                raise Usage(f"`{name}` takes {error}") from None
            values.append((row, value))
    return Args([tool.name, *after.files], before.values | after.values), values


def _joined(words: list[str], rows: dict[str, dict[str, Any]]) -> list[str]:
    """`-p80` as `-p=80`, and `--max_size` as `--max-size`."""
    letters = {"-" + row["short"]: row for row in rows.values() if row["short"]}
    out = []
    for word in words:
        row = letters.get(word[:2])
        if row is not None and len(word) > 2 and word[2] != "=" and row["type"] != "bool":
            word = f"{word[:2]}={word[2:]}"
        name, equals, value = word.partition("=")
        if name.startswith("--") and "_" in name and name.replace("_", "-") in rows:
            word = name.replace("_", "-") + equals + value
        out.append(word)
    return out


def listing(tool: ObjectFile) -> str:
    """The program's options for `--help`; "" where it has none."""
    lines = []
    for row in tool.notes.get("options", []):
        name, metavar = spelled(row), METAVARS.get(row["type"], "N")
        shown = (f"-{row['short']}, " if row["short"] else "") + name + (f" {metavar}" if metavar else "")
        default = row["default"]
        if default is True:
            shown = shown.replace(name, f"--[no-]{name[2:]}")
        what = row["desc"] + (f" (default: {_shown(default)})" if default not in (None, False) else "")
        lines.append(f"  {shown:22} {what.strip()}".rstrip())
    return "\n".join([f"Options of {tool.name}:", *lines, ""]) + "\n" if lines else ""


def _shown(default: object) -> str:
    return "on" if default is True else str(default)


__all__ = ["Given", "listing", "read"]
