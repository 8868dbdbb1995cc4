"""What the parts of the bench start, and with which environment."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def find_clang() -> str | None:
    return next((name for name in ("clang-19", "clang") if shutil.which(name)), None)


def rucy() -> str:
    return shutil.which("rucy", path=str(Path(sys.executable).parent)) or "rucy"


def rucy_environment(work: Path) -> dict[str, str]:
    """Python keeps what it compiled, and Rucy the index of BTF, in the folder of the bench."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**environment, "XDG_CACHE_HOME": str(work / "cache")}
