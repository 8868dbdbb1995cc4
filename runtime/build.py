"""Builds the runtime: the generic, fully static executables that `rucy build` puts a tool into.

    python3 runtime/build.py [ARCH …]          ARCH: x86_64 or aarch64; both without
    python3 runtime/build.py --libbpf [ARCH …] libbpf as a shared library, which the wheel brings along
    python3 runtime/build.py --sanitize        this machine's with gcc's sanitizers, and the fuzzer of its decoders: for tests

In: runtime/src (C), runtime/mrblib (Ruby), and the sources of mruby, libbpf, libelf, zlib and liblzma, which are fetched as
source packages of Debian trixie from the mirror in this machine's own apt configuration, checked against the sums below, and
changed as changes.py says.
Out: build/runtime/rucy-ARCH. The compiler is zig, from PyPI. Everything fetched or made on the way lies in .cache/runtime; a
second run finds that nothing has changed and does nothing. The same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from changes import CHANGES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = ROOT / ".cache/runtime"
OUT = ROOT / "build/runtime"
SANITIZED = ROOT / "build/sanitized"  # apart: what lies in OUT goes into the wheel
ARCHES = ("x86_64", "aarch64")


class Source(NamedTuple):
    """A source package's tarball and the folder that it unpacks to."""

    package: str
    tarball: str
    folder: str
    sha256: str


SOURCES = (
    Source("mruby", "mruby_3.3.0.orig.tar.gz", "mruby-3.3.0",
           "53088367e3d7657eb722ddfacb938f74aed1f8538b3717fe0b6eb8f58402af65"),
    Source("libbpf", "libbpf_1.5.0.orig.tar.gz", "libbpf-1.5.0",
           "53492aff6dd47e4da04ef5e672d753b9743848bdb38e9d90eafbe190b7983c44"),
    Source("elfutils", "elfutils_0.192.orig.tar.bz2", "elfutils-0.192",
           "616099beae24aba11f9b63d86ca6cc8d566d968b802391334c91df54eab416b4"),
    Source("zlib", "zlib_1.3.dfsg+really1.3.1.orig.tar.gz", "zlib-1.3.1",
           "60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb"),
    Source("xz-utils", "xz-utils_5.8.1.orig.tar.xz", "xz-5.8.1",
           "0b54f79df85912504de0b14aec7971e3f964491af1812d83447005807513cd9e"),
)  # fmt: skip

#: mruby breaks the rule that -fstrict-aliasing relies on: compilers do make wrong code of it without this.
CFLAGS = (
    "-O2", "-g0", "-DNDEBUG", "-fno-strict-aliasing", "-ffunction-sections", "-fdata-sections", "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables", "-fno-unwind-tables",
)  # fmt: skip

#: What mruby and our own sources are compiled with alike. Without the last, mruby cuts two bits off each Float.
DEFINES = (
    "MRB_INT64", "MRB_UTF8_STRING", "MRB_STR_LENGTH_MAX=0", "MRB_ARY_LENGTH_MAX=0", "MRB_METHOD_CACHE_SIZE=128",
    "MRB_HEAP_PAGE_SIZE=256", "MRB_WORDBOX_NO_FLOAT_TRUNCATE",
)  # fmt: skip
OUR_FLAGS = ("-std=gnu11", "-Werror", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-sign-compare")

LIBBPF = (
    "bpf btf btf_dump btf_iter btf_relocate elf features gen_loader hashmap libbpf libbpf_errno libbpf_probes netlink nlattr "
    "relo_core ringbuf str_error strset usdt zip"
)
ZLIB = "adler32 crc32 gzclose gzlib gzread inffast inflate inftrees zutil"
#: of liblzma what reads .xz with LZMA2 alone, as distributions pack .gnu_debugdata
LZMA = (
    "check/check check/crc32_small check/crc64_small common/block_decoder common/block_header_decoder common/block_util "
    "common/common common/filter_common common/filter_decoder common/filter_flags_decoder common/index_hash "
    "common/stream_buffer_decoder common/stream_decoder common/stream_flags_common common/stream_flags_decoder "
    "common/vli_decoder common/vli_size lz/lz_decoder lzma/lzma2_decoder lzma/lzma_decoder"
)


#: A compiler that is called as zig is, and is gcc with the address sanitizer. Dynamic: it must have libc's malloc for itself.
GCC = """\
#!/bin/sh
word=$1; shift
[ "$word" = cc ] || exec "$word" "$@"
for word; do # without `-target TARGET` and what such programs cannot be
    shift
    case $word in
        -target | *-linux-musl | -static) ;;
        *) set -- "$@" "$word" ;;
    esac
done
exec gcc "$@" -O1 -g1 -fno-omit-frame-pointer -fsanitize=address
"""

#: Of our own files alone: mruby and the libraries shift and align as they like. `_exit` passes by the leak checker. Warnings are
#: the other compiler's.
UNDEFINED = ("-fsanitize=undefined", "-fno-sanitize-recover=undefined", "-D_exit=exit", "-w")

#: What the fuzzer is made of instead of which of our files: it includes them, to reach into them.
FUZZED = {"fuzz": "main", "fuzz_rings": "rings"}


def main(words: list[str]) -> None:
    if words == ["--sanitize"]:
        build_sanitized()
        return
    make = build_libbpf if words[:1] == ["--libbpf"] else build
    arches = words[1:] if make is build_libbpf else words
    for arch in arches or ARCHES:
        if arch not in ARCHES:
            sys.exit(f"runtime: no architecture `{arch}`: {' or '.join(ARCHES)}")
        make(arch)


def build(arch: str) -> None:
    """One executable, and the small one that unpacks and runs such a one."""
    made = OUT / f"rucy-{arch}"
    with unless_made(made, arch) as zig:
        if zig is not None:
            link(zig, arch, build_libraries(zig, arch), made)
    made = OUT / f"unpack-{arch}"
    with unless_made(made, arch, (HERE / "unpack").glob("*")) as zig:
        if zig is not None:
            link_unpack(zig, arch, build_libraries(zig, arch), made)


def build_libbpf(arch: str) -> None:
    """libbpf.so for Python, which any glibc from 2.28 on takes; libelf and zlib are in it."""
    made = OUT / f"libbpf-{arch}.so"
    with unless_made(made, arch) as zig:
        if zig is not None:
            link_libbpf(zig, arch, made)


def build_sanitized() -> None:
    """The executable with sanitizers in it, which takes a tool as the shipped one does, and `fuzz` beside it."""
    made = SANITIZED / "rucy"
    with unless_made(made, platform.machine(), (HERE / "fuzz").glob("*")) as zig:
        if zig is None:
            return
        gcc = CACHE / "gcc"
        if not gcc.exists() or gcc.read_text() != GCC:
            gcc.write_text(GCC)
            gcc.chmod(0o755)
            shutil.rmtree(CACHE / "sanitized", ignore_errors=True)
        libraries = build_libraries(gcc, "sanitized")
        objects = compile_ours(gcc, "sanitized", [*sorted((HERE / "fuzz").glob("*.c"))], [*UNDEFINED])
        whole = [each for each in objects if each.stem not in FUZZED]
        parts = [each for each in objects if each.stem not in FUZZED.values()]
        for each, file in ((whole, made), (parts, made.with_name("fuzz"))):
            words = ["gcc", "-no-pie", "-fsanitize=address,undefined", "-Wl,--gc-sections", "-o", str(file)]
            run([*words, *map(str, [*each, *libraries]), "-lstdc++", "-lm"])


@contextmanager
def unless_made(made: Path, arch: str, more: Iterable[Path] = ()) -> Iterator[Path | None]:
    """The compiler, with the sources there, to make a file; None where all that it is made of, and `more`, is as it was."""
    stamp, key = made.parent / f".stamp-{made.name}", _key(more=more)
    if made.exists() and stamp.exists() and stamp.read_text() == key:
        yield None
        return
    print(f"runtime: building {made.name} for {arch}", flush=True)
    made.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    zig = install_zig()
    fetch_sources()
    yield zig
    stamp.write_text(key)
    print(f"runtime: {made.relative_to(ROOT)}, {made.stat().st_size / 1e6:.2f} MB", flush=True)


def link_libbpf(zig: Path, arch: str, made: Path) -> None:
    folder = CACHE / f"shared-{arch}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    target = f"{arch}-linux-gnu.2.28"
    objects = []
    for name, (files, flags) in _library_parts().items():
        if name != "liblzma":
            objects += compile_files(zig, target, files, ["-w", "-fPIC", *flags], folder / name)
    exported = CACHE / "sources/libbpf-1.5.0/src/libbpf.map"
    run([
        str(zig), "cc", "-target", target, "-shared", "-s", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-soname,libbpf.so.1",
        f"-Wl,--version-script={exported}", "-Wl,--undefined-version", "-o", str(made), *map(str, objects),
    ])  # fmt: skip


def _key(*, ours: bool = True, more: Iterable[Path] = ()) -> str:
    """Of all that the executables are made of, or of the libraries alone."""
    shims = sorted(each for each in (HERE / "shims").rglob("*") if each.is_file())
    files = [HERE / "build_config.rb", HERE / "requirements.txt", *shims]
    if ours:
        files += [HERE / "build.py", ROOT / "src/rucy/loader/refusals.py"]
        files += [*sorted((HERE / "src").iterdir()), *sorted((HERE / "mrblib").rglob("*.rb"))]
    files += sorted(more)
    recipe: list[Callable[..., object]] = [
        build_libraries, _library_parts, _mruby, _archive, compile_files, _compiler, _prefix_maps,
    ]  # fmt: skip
    written = [inspect.getsource(each) for each in recipe]
    digest = hashlib.sha256(repr((SOURCES, CHANGES, CFLAGS, DEFINES, LIBBPF, ZLIB, LZMA, *written)).encode())
    for file in files:
        data = file.read_bytes()
        digest.update(f"{os.path.relpath(file, HERE)} {len(data)}\n".encode() + data)
    return digest.hexdigest()


# ---------------------------------------------------------------- what is fetched


def install_zig() -> Path:
    folder, wanted = CACHE / "zig", (HERE / "requirements.txt").read_text()
    stamp = folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("runtime: fetching the compiler", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        run([*pip, "--target", str(folder), "-r", str(HERE / "requirements.txt")])
        stamp.write_text(wanted)
    return folder / "ziglang/zig"


def fetch_sources() -> None:
    """Each unpacked, with our changes."""
    folder = CACHE / "sources"
    missing = [source for source in SOURCES if _sum(folder / source.tarball) != source.sha256]
    if missing:
        print("runtime: fetching sources", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        apt = _private_apt()
        run([*apt, "update"])
        for source in missing:
            run([*apt, "source", "--download-only", "--tar-only", source.package], cwd=folder)
            if (found := _sum(folder / source.tarball)) != source.sha256:
                sys.exit(f"runtime: {source.tarball} is not the one that was asked for (sha256: {found})")
        shutil.rmtree(CACHE / "apt")
    for source in SOURCES:
        _unpack(folder, source)


def _unpack(folder: Path, source: Source) -> None:
    changes = [change for change in CHANGES if change[0].startswith(source.folder + "/")]
    stamp, key = folder / source.folder / ".complete", repr((source.sha256, changes))
    if stamp.exists() and stamp.read_text() == key:
        return
    shutil.rmtree(folder / source.folder, ignore_errors=True)
    with tarfile.open(folder / source.tarball) as packed:
        packed.extractall(folder)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert text.count(old) == 1, name
        (folder / name).write_text(text.replace(old, new))
    stamp.write_text(key)


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "not there"


def _private_apt() -> list[str]:
    """apt-get with a state of its own, so that the machine's stays as it is; the mirror is the machine's."""
    state = CACHE / "apt"
    for part in ("lists/partial", "cache/archives/partial", "parts"):
        (state / part).mkdir(parents=True, exist_ok=True)
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (state / "list").write_text(f"deb-src [signed-by={key}] {_mirror()} trixie main\n")
    options = {
        "Dir::Etc::sourcelist": state / "list", "Dir::Etc::sourceparts": state / "parts", "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache", "APT::Sandbox::User": "root", "Acquire::Languages": "none",
    }  # fmt: skip
    return ["apt-get", "-qq", *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]


def _mirror() -> str:
    apt = Path("/etc/apt")
    files = [apt / "sources.list", *sorted(apt.glob("sources.list.d/*.sources")), *sorted(apt.glob("sources.list.d/*.list"))]
    text = "\n".join(file.read_text() for file in files if file.exists())
    found = re.search(r"[a-z]+://\S+/debian(?=/?(\s|$))", text)
    if found is None:
        sys.exit("runtime: no Debian mirror in this machine's apt sources")
    return found.group()


# ---------------------------------------------------------------- libraries


def build_libraries(zig: Path, arch: str) -> list[Path]:
    """mruby and the libraries in C, each an archive; made anew when a source or a recipe has changed."""
    folder = CACHE / arch
    stamp = folder / ".stamp"
    archives = [folder / f"{name}.a" for name in ("libmruby", "libbpf", "libelf", "libz", "liblzma")]
    key = _key(ours=False)
    if stamp.exists() and stamp.read_text() == key:
        return archives
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, (files, flags) in _library_parts().items():
        _archive(zig, arch, folder / f"{name}.a", files, flags)
    _mruby(zig, arch, archives[0])
    stamp.write_text(key)
    return archives


def _library_parts() -> dict[str, tuple[list[Path], list[str]]]:
    """Of the libraries that are C alone the files and what to compile them with."""
    sources = CACHE / "sources"
    elf, bpf, z = sources / "elfutils-0.192", sources / "libbpf-1.5.0", sources / "zlib-1.3.1"
    lzma = sources / "xz-5.8.1/src/liblzma"
    lzma_flags = [f"-I{HERE / 'shims/lzma'}", f"-I{sources / 'xz-5.8.1/src/common'}", "-DHAVE_CONFIG_H"]
    lzma_flags += [f"-I{lzma / each}" for each in "api common check lz rangecoder lzma delta simple".split()]
    libelf = re.search(r"libelf_a_SOURCES = (.*?)\n\n", (elf / "libelf/Makefile.am").read_text(), re.S)
    assert libelf is not None
    elf_files = [elf / "libelf" / name for name in libelf[1].replace("\\", " ").split()]
    elf_files.append(elf / "lib/eu-search.c")
    elf_flags = [f"-I{HERE / 'shims'}", f"-I{elf / 'lib'}", f"-I{elf / 'libelf'}", f"-I{z}", "-DHAVE_CONFIG_H", "-D_GNU_SOURCE"]
    bpf_flags = [f"-I{bpf / 'include'}", f"-I{bpf / 'include/uapi'}", f"-I{elf / 'libelf'}", f"-I{z}", "-D_GNU_SOURCE",
                 "-D_LARGEFILE64_SOURCE", "-D_FILE_OFFSET_BITS=64"]  # fmt: skip
    return {
        "libz": ([z / f"{name}.c" for name in ZLIB.split()], ["-DHAVE_UNISTD_H", "-DNO_GZCOMPRESS"]),
        "libelf": (elf_files, elf_flags),
        "libbpf": ([bpf / f"src/{name}.c" for name in LIBBPF.split()], bpf_flags),
        "liblzma": ([lzma / f"{name}.c" for name in LZMA.split()], lzma_flags),
    }


def _mruby(zig: Path, arch: str, archive: Path) -> None:
    mruby, made = CACHE / "sources/mruby-3.3.0", CACHE / arch / "mruby"
    environment = _environment() | {
        "MRUBY_CONFIG": str(HERE / "build_config.rb"), "MRUBY_BUILD_DIR": str(made), "RUCY_ZIG": str(zig), "RUCY_ARCH": arch,
        "RUCY_HOST": platform.machine(), "RUCY_CFLAGS": " ".join([*CFLAGS, "-w", *_prefix_maps()]),
        "RUCY_DEFINES": " ".join(DEFINES), "INSTALL_DIR": str(made / "bin"),
    }  # fmt: skip
    run(["ruby", "minirake", "--quiet", "-j2"], cwd=mruby, environment=environment)
    shutil.copy(made / "target/lib/libmruby.a", archive)


def _archive(zig: Path, arch: str, archive: Path, files: list[Path], flags: list[str]) -> None:
    objects = compile_files(zig, arch, files, ["-w", *flags], archive.with_suffix(""))
    run([str(zig), "ar", "rcsD", str(archive), *map(str, objects)])


def compile_files(zig: Path, arch: str, files: list[Path], flags: list[str], folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)

    def one(file: Path) -> Path:
        made = folder / f"{file.stem}.o"
        run([*_compiler(zig, arch), *CFLAGS, *_prefix_maps(), *flags, "-c", str(file), "-o", str(made)])
        return made

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, files))


def _compiler(zig: Path, arch: str) -> list[str]:
    """`arch`: with the words for another libc, or for musl without."""
    return [str(zig), "cc", "-target", arch if "-" in arch else f"{arch}-linux-musl"]


def _prefix_maps() -> list[str]:
    """No path of this machine goes into the executable."""
    return [f"-ffile-prefix-map={ROOT}=."]


# ---------------------------------------------------------------- our own


def link(zig: Path, arch: str, libraries: list[Path], made: Path) -> None:
    objects = compile_ours(zig, arch)
    run([
        *_compiler(zig, arch), "-static", "-s", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-z,stack-size=8388608",
        "-o", str(made), *map(str, objects), *map(str, libraries), "-lm", "-lc++abi",
    ])  # fmt: skip


def link_unpack(zig: Path, arch: str, libraries: list[Path], made: Path) -> None:
    flags = [*OUR_FLAGS, "-D_GNU_SOURCE", f"-I{HERE / 'src'}", f"-I{CACHE / 'sources/zlib-1.3.1'}"]
    objects = compile_files(zig, arch, sorted((HERE / "unpack").glob("*.c")), flags, CACHE / arch / "unpack")
    packed = [library for library in libraries if library.name == "libz.a"]
    run([
        *_compiler(zig, arch), "-static", "-s", "-Wl,--gc-sections", "-Wl,--build-id=none", "-o", str(made),
        *map(str, [*objects, *packed]),
    ])  # fmt: skip


def compile_ours(zig: Path, arch: str, more: Sequence[Path] = (), more_flags: Sequence[str] = ()) -> list[Path]:
    """The objects of runtime/src, of `more` files, and of the Ruby library."""
    folder = CACHE / arch / "ours"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    library = compile_ruby(CACHE / arch / "mruby", folder)
    sources = CACHE / "sources"
    flags = [
        *OUR_FLAGS, *(f"-D{each}" for each in DEFINES), "-DMRB_USE_BIGINT", "-D_GNU_SOURCE",
        f"-I{CACHE / arch / 'mruby/target/include'}", f"-I{sources / 'mruby-3.3.0/include'}", f"-I{sources / 'libbpf-1.5.0/src'}",
        f"-I{sources / 'libbpf-1.5.0/include/uapi'}", f"-I{sources / 'xz-5.8.1/src/liblzma/api'}",
        f"-I{sources / 'elfutils-0.192/libelf'}", f"-I{sources / 'zlib-1.3.1'}",
    ]  # fmt: skip
    for name in os.listdir(sources / "libbpf-1.5.0/src"):  # <bpf/libbpf.h>, as an installed libbpf is included
        if name.endswith(".h"):
            (folder / "include/bpf").mkdir(parents=True, exist_ok=True)
            shutil.copy(sources / "libbpf-1.5.0/src" / name, folder / "include/bpf")
    flags += [f"-I{folder / 'include'}", f"-I{HERE / 'src'}"]
    files = [*sorted((HERE / "src").glob("*.c")), *library, name_syscalls(zig, arch, folder)]
    return compile_files(zig, arch, [*files, *more], [*flags, *more_flags], folder)


def compile_ruby(mruby: Path, folder: Path) -> list[Path]:
    """Our Ruby library as tables in C: what every tool needs, which is the first, and each part that is run when it is first
    named."""
    refusals = folder / "refusals.rb"
    refusals.write_text(write_refusals())
    core, lazy = sorted((HERE / "mrblib").glob("*.rb")), [*sorted((HERE / "mrblib/lazy").glob("*.rb")), refusals]
    known = set(re.findall(r"^  (MRB_\w+) =", (mruby / "target/include/mruby/presym/id.h").read_text(), re.M))
    made, names = [], []
    for name, files in [("mrblib", core), *((file.stem, [file]) for file in lazy)]:
        made.append(folder / f"part_{name}.c")
        names.append(name)
        run([str(mruby / "host/bin/mrbc"), "--remove-lv", "-S", f"-Brucy_{name}", f"-o{made[-1]}", *map(str, files)])
        made[-1].write_text(number_symbols(name, made[-1].read_text(), known))
    table = folder / "parts.c"
    lines = ['#include "rucy.h"', *(f"extern const struct code rucy_{name}_code;" for name in names)]
    lines += ["const struct part rucy_parts[] = {"]
    lines += [f'\t{{"{name.capitalize()}", &rucy_{name}_code}},' for name in names]
    table.write_text("\n".join([*lines, "\t{0}", "};", ""]))
    return [*made, table]


def write_refusals() -> str:
    """The rows of src/rucy/loader/refusals.py as Ruby: expression, reason, help, status, and whether it is about the whole
    program."""
    sys.path.insert(0, str(ROOT / "src"))
    from rucy.loader.refusals import ROWS

    sys.path.pop(0)
    lines = []
    for row in ROWS:
        pattern, numbers = posix(row.pattern)
        reason = row.reason.format(*(f"{{{number}}}" for number in numbers))
        texts = [json.dumps(text).replace("#", "\\#") for text in (pattern, reason, row.help)]
        lines.append(f"[{', '.join(texts)}, {row.status}, {str(row.whole).lower()}],\n")
    return f"module Rucy\nmodule Refusals\nROWS = [\n{''.join(lines)}]\nend\nend\n"


#: What is written otherwise in an extended expression of POSIX: in brackets, and elsewhere.
IN_BRACKETS = {r"\w": "[:alnum:]_", r"\d": "0-9"}
ELSEWHERE = {r"\w": "[[:alnum:]_]", r"\d": "[0-9]", r"\S": "[^[:space:]]", "(?:": "("}


def posix(pattern: str) -> tuple[str, list[int]]:
    """A pattern of Python's as an extended expression of POSIX, and the numbers of its groups there, from 0 on."""
    out, numbers, groups = "", [0], 0
    for part in re.findall(r"\\.|\(\?.|\[(?:\\.|[^\]\\])+\]|.", pattern):
        groups += part[0] == "("
        numbers += [groups] if part == "(" else []
        if part[0] == "[":
            part = re.sub(r"\\.", lambda found: IN_BRACKETS[found[0]], part)
        elif part[:2] == "(?" or part[0] == "\\" and part[1].isalnum():
            part = ELSEWHERE[part]
        out += part
    return out, numbers


def number_symbols(name: str, text: str, known: set[str]) -> str:
    """What mrbc wrote counts on every symbol to be in the table that mruby is compiled with. Ours are not, for mruby would be
    made anew for each: the symbols of a part lie in one array, which is filled before the part runs (`struct code`)."""
    literal = dict(re.findall(r"^  (\w+\[\d+\]) = mrb_intern_lit\(mrb, (.*)\);$", text, re.M))
    symbols: dict[str, int] = {}
    which: list[int] = []

    def place(found: re.Match[str]) -> str:
        start = len(which)
        for at, word in enumerate(found[2].split(", ")[:-1]):
            symbol = literal.get(f"{found[1]}[{at}]") or _symbol(word.strip(), known)
            which.append(symbols.setdefault(symbol, len(symbols)))
        return f"#define {found[1]} (symbols + {start})"

    body = text[: text.index("static void\n")]
    body = re.sub(r"^mrb_DEFINE_SYMS_VAR\((\w+), \d+, \((.*)\), (?:const)?\);$", place, body, flags=re.M)
    rows = "".join(f"\t{{{each}}},\n" for each in symbols)
    return f"""#pragma clang diagnostic ignored "-Weverything"
#include "rucy.h"
static mrb_sym symbols[{len(which)}];
{body}
static const struct word names[] = {{
{rows}}};
static const uint16_t which[] = {{{", ".join(map(str, which))}}};
const struct code rucy_{name}_code = {{rucy_{name}, symbols, which, names, {len(which)}, {len(symbols)}}};
"""


#: Of which mruby packs up to five into a number.
LETTERS = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _symbol(word: str, known: set[str]) -> str:
    """Of `MRB_SYM_Q(loaded)` and its like a `struct word`: its text, or 0 and its number, where mruby has one for it."""
    found = re.fullmatch(r"(\w+)\((\w+)\)", word)
    assert found is not None, word
    kind, text = found.groups()
    if f"{kind}__{text}" in known:
        return f"0, {word}"
    if kind == "MRB_SYM" and len(text) <= 5:
        return f"0, {sum(LETTERS.index(letter) + 1 << 24 - 6 * at for at, letter in enumerate(text))}"
    forms = {"MRB_SYM": "%s", "MRB_SYM_E": "%s=", "MRB_SYM_Q": "%s?", "MRB_SYM_B": "%s!", "MRB_IVSYM": "@%s", "MRB_CVSYM": "@@%s"}
    return f'"{forms[kind] % text}"'


def name_syscalls(zig: Path, arch: str, folder: Path) -> Path:
    """The names of the machine's system calls by number, as the kernel's own <asm/unistd.h> of that machine has them."""
    asked, table = folder / "asked.c", folder / "syscalls.c"
    asked.write_text("#include <asm/unistd.h>\n")
    macros = run([*_compiler(zig, arch), "-E", "-dM", str(asked)])
    rows = re.findall(r"^#define __NR_(\w+) (\d+)$", macros, re.M)
    highest = max(int(number) for _, number in rows)
    lines = ['#include "rucy.h"', "const char *const rucy_syscalls[] = {"]
    lines += [f'\t[{number}] = "{name}",' for name, number in sorted(rows, key=lambda row: int(row[1]))]
    table.write_text("\n".join([*lines, "};", f"const int rucy_syscall_count = {highest + 1};", ""]))
    return table


def _environment() -> dict[str, str]:
    caches = {"ZIG_GLOBAL_CACHE_DIR": str(CACHE / "zig-cache"), "ZIG_LOCAL_CACHE_DIR": str(CACHE / "zig-cache/local")}
    return dict(os.environ) | caches | {"LC_ALL": "C", "SOURCE_DATE_EPOCH": "0", "ASAN_OPTIONS": "detect_leaks=0"}


def run(command: list[str], cwd: Path | None = None, environment: dict[str, str] | None = None) -> str:
    """What it prints, which is shown when it fails."""
    done = subprocess.run(command, cwd=cwd, env=environment or _environment(), capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit(f"runtime: `{' '.join(command[:6])} …` failed")
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1:])
