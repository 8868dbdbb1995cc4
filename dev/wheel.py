"""`make wheel`: a wheel with what `runtime/build.py` has made, in the folder that is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def make(folder: Path) -> Path:
    """The wheel's path. Only what is in build/runtime gets into it."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        for file in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / file, tree)
        shutil.copytree(ROOT / "bin", tree / "bin")
        shutil.copytree(ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "_runtime"))
        inside = tree / "src/rucy/_runtime"
        inside.mkdir()
        for made in sorted((ROOT / "build/runtime").glob("[a-z]*")):
            shutil.copy(made, inside)
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "315532800"}
        subprocess.run([*pip, "--wheel-dir", str(folder), str(tree)], check=True, env=environment)
    return next(iter(sorted(folder.glob("rucy-*.whl"))))


if __name__ == "__main__":
    made = make(Path(sys.argv[1]))
    print(f"{made}, {made.stat().st_size / 1e6:.2f} MB")
