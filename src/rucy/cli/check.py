"""`rucy check FILE…`: every error and warning, and the kernels that a file needs."""

from __future__ import annotations

from rucy.cli.compiling import options_of
from rucy.cli.options import COMPILE, Args, Option
from rucy.pipeline import check
from rucy.source import Diagnostic

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
        diagnostics, checked = check(path, options)
        failed = failed or any(d.severity == "error" for d in diagnostics)
        if args.text("format") == "json":
            _print_json(diagnostics)
            continue
        if diagnostics:
            from rucy.cli.explain import show

            show(diagnostics)
        if checked is not None:
            for version, what, span in checked.needs:
                print(f"{path}: needs Linux ≥ {version} because of line {span.line} ({what})")
            print(f"{path}: ok")
    return 1 if failed else 0


def _print_json(diagnostics: list[Diagnostic]) -> None:
    import json

    from rucy.source.render import as_json

    for diagnostic in diagnostics:
        print(json.dumps(as_json(diagnostic), ensure_ascii=False))
