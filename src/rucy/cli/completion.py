"""`rucy completion SHELL`: a script that completes commands, options, their values and files, from the commands' own rows."""

from __future__ import annotations

import re
from importlib import import_module

from rucy.cli.options import Args, Option, Usage
from rucy.records import NamedTuple

SYNOPSIS = "SHELL"
ARGUMENTS = (1, 1)
OPTIONS: tuple[Option, ...] = ()
EXAMPLES = (
    'eval "$(rucy completion bash)"           # this shell; in ~/.bashrc for all',
    "rucy completion zsh > ~/.zfunc/_rucy      # a folder of $fpath",
    "rucy completion fish > ~/.config/fish/completions/rucy.fish",
)


class Value(NamedTuple):
    """What may stand as an option's value or as an argument: `words`, files that end in one of `suffixes` ("" any), folders, or
    network interfaces."""

    words: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    folders: bool = False
    interfaces: bool = False


class Known(NamedTuple):
    """A command: its options with what each takes (None: nothing), and its arguments."""

    name: str
    summary: str
    options: tuple[tuple[Option, Value | None], ...]
    arguments: Value


def run(args: Args) -> int:
    shell = args.files[0]
    if shell not in SHELLS:
        raise Usage(f"`rucy completion` knows {', '.join(SHELLS)}; not `{shell}`")
    print(SHELLS[shell](commands()), end="")
    return 0


# ---------------------------------------------------------------- what there is


def commands() -> list[Known]:
    from rucy.cli.main import COMMANDS

    found = []
    for name, summary in COMMANDS.items():
        module = import_module(f"rucy.cli.{name}")
        options = (*module.OPTIONS, Option("--help", "", "what the command does, with examples", short="-h"))
        pairs = tuple((option, _value(option) if option.metavar else None) for option in options)
        found.append(Known(name, summary, pairs, _arguments(module.SYNOPSIS)))
    return found


def _value(option: Option) -> Value:
    if option.choices:
        return Value(option.choices)
    match option.metavar:
        case "FILE" | "OUT.o":
            return Value(suffixes=("",))
        case "PATH":
            return Value(folders=True)
        case "IF":
            return Value(interfaces=True)
        case "PASS":
            from rucy.pipeline import pass_names

            return Value(pass_names())
    return Value()


def _arguments(synopsis: str) -> Value:
    """By the words of `Usage:`."""
    first = synopsis.split(" ")[0]
    if first == "SHELL":
        return Value(tuple(SHELLS))
    if "HOOK" in first:
        from rucy.pipeline import hook_lines

        return Value(tuple(word for word, _ in hook_lines()))
    return Value(suffixes=tuple(dict.fromkeys(f".{suffix}" for suffix in re.findall(r"\.(\w+)", first))))


# ---------------------------------------------------------------- bash

_BASH = r"""# rucy: completion for bash
_rucy() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} line suffix
    local options= words= suffixes= kind=
    if [[ $cur == "=" ]]; then cur=; elif [[ $prev == "=" ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
    COMPREPLY=()
    if (( COMP_CWORD == 1 )); then
        COMPREPLY=($(compgen -W "@COMMANDS@ --help --version" -- "$cur"))
        return
    fi
    case "${COMP_WORDS[1]} $prev" in
@VALUES@
    *)
        case "${COMP_WORDS[1]}" in
@ARGUMENTS@
        esac
        if [[ $cur == -* ]]; then
            COMPREPLY=($(compgen -W "$options" -- "$cur"))
            return
        fi ;;
    esac
    case $kind in
    words) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    interfaces) COMPREPLY=($(compgen -W "$(command ls /sys/class/net 2>/dev/null)" -- "$cur")) ;;
    any)
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur") ;;
    folders | files)
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cur")
        for suffix in $suffixes; do
            while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -X "!*$suffix" -- "$cur")
        done ;;
    esac
}
complete -F _rucy rucy
"""


def bash(known: list[Known]) -> str:
    values, arguments = [], []
    for command in known:
        for option, value in command.options:
            if value is not None:
                names = " | ".join(f'"{command.name} {name}"' for name in (option.short, option.name) if name)
                values.append(f"    {names}) {_bash_sets(value)} ;;")
        spelled = " ".join(name for option, _ in command.options for name in (option.short, option.name) if name)
        arguments.append(f'        {command.name}) options="{spelled}" {_bash_sets(command.arguments)} ;;')
    out = _BASH.replace("@COMMANDS@", " ".join(command.name for command in known))
    return out.replace("@VALUES@", "\n".join(values)).replace("@ARGUMENTS@", "\n".join(arguments))


def _bash_sets(value: Value) -> str:
    if value.words:
        return f'kind=words words="{" ".join(value.words)}"'
    if value.suffixes == ("",):
        return "kind=any"
    if value.suffixes:
        return f'kind=files suffixes="{" ".join(value.suffixes)}"'
    return "kind=folders" if value.folders else "kind=interfaces" if value.interfaces else "kind=none"


# ---------------------------------------------------------------- zsh


def zsh(known: list[Known]) -> str:
    lines = ["#compdef rucy", "", "_rucy() {", "  local -a commands", "  commands=("]
    lines += [f"    {_quoted(f'{command.name}:{command.summary}')}" for command in known]
    lines += ["  )", "  if (( CURRENT == 2 )); then", "    _describe command commands", "    return", "  fi"]
    lines += ["  shift words", "  (( CURRENT-- ))", "  case $words[1] in"]
    for command in known:
        lines += [f"    {command.name})", "      _arguments \\"]
        for option, value in command.options:
            takes = f":{option.metavar}:{_zsh_action(value)}" if value is not None else ""
            help_ = re.sub(r"([\[\]:])", r"\\\1", option.help)
            names = [option.name + ("=" if value is not None else "")] + ([option.short] if option.short else [])
            lines += [f"        {_quoted(f'{name}[{help_}]{takes}')} \\" for name in names]
        lines += [f"        {_quoted(f'*:argument:{_zsh_action(command.arguments)}')} ;;"]
    lines += ["  esac", "}", "", 'if [ "$funcstack[1]" = "_rucy" ]; then', '  _rucy "$@"', "else", "  compdef _rucy rucy", "fi"]
    return "\n".join(lines) + "\n"


def _zsh_action(value: Value) -> str:
    if value.words:
        return f"({' '.join(value.words)})"
    if value.suffixes == ("",):
        return "_files"
    if len(value.suffixes) == 1:  # zsh would read `(rb)` behind a pattern as something else
        return f'_files -g "*{value.suffixes[0]}"'
    if value.suffixes:
        return f'_files -g "*.({"|".join(suffix[1:] for suffix in value.suffixes)})"'
    return "_files -/" if value.folders else "_net_interfaces" if value.interfaces else " "


# ---------------------------------------------------------------- fish


def fish(known: list[Known]) -> str:
    lines = ["# rucy: completion for fish", "complete -c rucy -f"]
    for command in known:
        lines.append(f"complete -c rucy -n __fish_use_subcommand -a {command.name} -d {_quoted(command.summary)}")
        when = f"complete -c rucy -n {_quoted(f'__fish_seen_subcommand_from {command.name}')}"
        for option, value in command.options:
            names = f"-l {option.name[2:]}" + (f" -s {option.short[1:]}" if option.short else "")
            takes = f" {_fish_takes(value)}" if value is not None else ""
            lines.append(f"{when} {names}{takes} -d {_quoted(option.help)}")
        lines += [f"{when} {words}" for words in _fish_arguments(command.arguments)]
    return "\n".join(lines) + "\n"


def _fish_takes(value: Value) -> str:
    if value.suffixes:
        return "-r -F"
    if value.folders:
        return "-x -a '(__fish_complete_directories)'"
    return f"-x -a {_quoted('(command ls /sys/class/net)' if value.interfaces else ' '.join(value.words))}"


def _fish_arguments(value: Value) -> list[str]:
    if value.words:
        return [f"-a {_quoted(' '.join(value.words))}"]
    return [f"-k -a {_quoted(f'(__fish_complete_suffix {suffix})')}" for suffix in value.suffixes]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
