"""Command-line options: rows, and a reader of them that costs nothing at start-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rucy.records import NamedTuple


class Usage(Exception):
    """The command line is wrong; the text says how."""


def close_to(name: str, names: Iterable[str]) -> str:
    """The one that was probably meant, or ""."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(names), 1, 0.6)), "")


class Option(NamedTuple):
    """`name` with its dashes; `metavar` "" for a flag; `short` "" or like "-o"; `choices` () for any value."""

    name: str
    metavar: str
    help: str
    short: str = ""
    choices: tuple[str, ...] = ()
    many: bool = False


class Args(NamedTuple):
    """`values`: option name without dashes → text, True for a flag, a list where it may be repeated."""

    files: list[str]
    values: dict[str, str | bool | list[str]]

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def flag(self, name: str) -> bool:
        return bool(self.values.get(name))


COMPILE = (
    Option("--kernel", "X", "oldest kernel that must take the program, or `running` (default 5.10, or what the program needs)"),
    Option("--btf", "FILE", "compile for the kernel whose BTF this is (default: the running kernel)"),
    Option("--target", "ARCH", "the machine: x86_64 or aarch64 (default: this one)", choices=("x86_64", "aarch64")),
    Option("--cpu", "LEVEL", "instruction set: v3 (default) or v4 (Linux 6.6)", choices=("v3", "v4")),
    Option("--color", "WHEN", "colours in errors: auto (default: on a terminal, unless NO_COLOR is set), always or never",
           choices=("auto", "always", "never")),  # fmt: skip
)

#: what `--color` said; an error that ends the command has to know it
colours = "auto"


def parse(words: list[str], options: tuple[Option, ...], arguments: tuple[int, int | None], command: str) -> Args:
    """`arguments`: least and most number of files (None: any). Raises Usage."""
    by_name = {o.name: o for o in options} | {o.short: o for o in options if o.short}
    args = Args([], {})
    rest = iter(words)
    for word in rest:
        if word == "--":
            args.files.extend(rest)
            break
        if not word.startswith("-") or word == "-":
            args.files.append(word)
            continue
        name, equals, value = word.partition("=")
        option = by_name.get(name)
        if option is None:
            meant = close_to(name, by_name)
            advice = f"did you mean `{meant}`?" if meant else f"`rucy {command} --help` lists them"
            raise Usage(f"`rucy {command}` has no option `{name}`; {advice}")
        _store(args, option, name, value if equals else None, rest)
    least, most = arguments
    if len(args.files) < least:
        raise Usage(f"`rucy {command}` needs a file; `rucy {command} --help` shows examples")
    if most is not None and len(args.files) > most:
        raise Usage(f"`rucy {command}` takes {most} file{'s' if most != 1 else ''}, not also `{args.files[most]}`")
    return args


def _store(args: Args, option: Option, name: str, value: str | None, rest: Iterator[str]) -> None:
    key = option.name.lstrip("-")
    if not option.metavar:
        if value is not None:
            raise Usage(f"`{name}` takes no value")
        args.values[key] = True
        return
    if value is None:
        value = next(rest, None)
    if value is None:
        raise Usage(f"`{name}` needs a value: {name} {option.metavar}")
    if option.choices and value not in option.choices:
        raise Usage(f"`{name}` is one of {', '.join(option.choices)}; not `{value}`")
    if option.name == "--color":
        global colours  # noqa: PLW0603 - a command line has one
        colours = str(value)
    if option.many:
        found = args.values.setdefault(key, [])
        assert isinstance(found, list)
        found.append(value)
    else:
        args.values[key] = value
