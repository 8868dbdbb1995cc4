"""`rucy check FILE…`: every error and warning, and the kernels that a file needs."""

from __future__ import annotations

from rucy.cli.compiling import options_of
from rucy.cli.options import COMPILE, Args, Option
from rucy.cli.runtime import check_names
from rucy.pipeline import check
from rucy.source import Diagnostic
from rucy.source.file import shown_path

SYNOPSIS = "FILE.rb… [--format=json] [OPTIONS]"
ARGUMENTS = (1, None)
OPTIONS = (
    Option("--format", "text|json", "text for people (default), json for editors: one object a line", choices=("text", "json")),
    *COMPILE,
)
EXAMPLES = (
    "rucy check tool.rb",
    "rucy check *.rb --kernel 5.10",
    "rucy check tool.rb --format=json",
)


def run(args: Args) -> int:
    options = options_of(args)
    failed = False
    for path in args.files:
        diagnostics, compiled = check(path, options)
        if compiled is not None and (wrong := check_names(compiled)):
            diagnostics, compiled = [*diagnostics, *wrong], None
        failed = failed or any(d.severity == "error" for d in diagnostics)
        if args.text("format") == "json":
            _print_json(diagnostics)
            continue
        if diagnostics:
            from rucy.cli.explain import show

            show(diagnostics)
        if compiled is not None:
            checked = compiled.checked
            path = shown_path(path)
            for version, what, span in checked.needs:
                print(f"{path}: needs Linux ≥ {version} because of line {span.line} ({what})")
            for line, turns, form in checked.stops:
                print(f"{path}: {_limit(line, turns, form)}")
            print(f"{path}: ok")
    return 1 if failed else 0


def _limit(line: int, turns: int, form: str) -> str:
    text = f"the loop of line {line} stops after {turns:,} {'turn' if turns == 1 else 'turns'}"
    match form:
        case "either":
            return f"{text} on kernels before 6.4, and after 8,388,608 from there on; with `--kernel 5.17` on all"
        case "count":
            return f"{text}; `--kernel 5.17` makes it 8,388,608"
    return text


def _print_json(diagnostics: list[Diagnostic]) -> None:
    import json

    from rucy.source.render import as_json

    for diagnostic in diagnostics:
        print(json.dumps(as_json(diagnostic), ensure_ascii=False))
