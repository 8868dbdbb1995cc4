"""`rucy COMMAND --help`, from the command's own rows."""

from __future__ import annotations

from types import ModuleType


def command_help(name: str, summary: str, command: ModuleType) -> str:
    lines = [f"rucy {name}: {summary}", "", f"Usage: rucy {name} {command.SYNOPSIS}", ""]
    if command.OPTIONS:
        lines.append("Options:")
        for option in command.OPTIONS:
            spelled = ", ".join(w for w in (option.short, option.name) if w)
            spelled += f" {option.metavar}" if option.metavar else ""
            lines.append(f"  {spelled:22} {option.help}")
        lines.append("")
    lines.append("Examples:")
    lines += [f"  {line}" for line in command.EXAMPLES]
    return "\n".join(lines) + "\n"
