"""A Ruby file → an object to load; what is wrong with it, as an exception with its lines. Imported only where one is compiled."""

from __future__ import annotations

from rucy.api.errors import CompileError, Message
from rucy.loader.errors import Error
from rucy.loader.files import ObjectFile
from rucy.pipeline import BtfError, compile_file, notes_of, options_for
from rucy.source import Diagnostic, UserError


def compile_object(path: str, kernel: str | None, btf: str | None) -> tuple[ObjectFile, tuple[Message, ...]]:
    """The object and the warnings. CompileError; Error for a kernel or BTF that is none; OSError as of `open`."""
    try:
        compiled = compile_file(path, options_for(kernel, btf))
    except UserError as error:
        messages = tuple(_message(each) for each in error.diagnostics)
        raise CompileError(messages, "".join(each.render() for each in error.diagnostics)) from None
    except BtfError as error:
        raise Error(str(error)) from None
    except ValueError as error:
        if error.args[:1] != (kernel,):
            raise
        raise Error(f"`kernel` is a version such as 5.10, or `running`; not `{kernel}`", status=2) from None
    notes = notes_of(compiled.data)
    file = ObjectFile(path, compiled.data, notes["probes"], compiled.user_half, notes)
    return file, tuple(_message(each) for each in compiled.diagnostics)


def _message(diagnostic: Diagnostic) -> Message:
    line, column = diagnostic.span.file.position(diagnostic.span.start)
    file = diagnostic.span.file.path
    return Message(file, line, column, diagnostic.severity, diagnostic.code, diagnostic.message, diagnostic.help_text)
