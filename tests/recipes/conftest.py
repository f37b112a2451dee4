"""A copy of the program in a temporary folder, to which files of the page can be added."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.process import ROOT

FILE = re.compile(
    r"^`(?P<path>[a-z_/0-9]+\.py)`:\n\n```python\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = {found["path"]: found["text"] for found in FILE.finditer(PAGE)}


@dataclass(frozen=True)
class Copy:
    """The program as a newcomer has it on disk."""

    folder: Path

    def add(self, path: str) -> None:
        """Put a file of the page where it says that it belongs."""
        target = self.folder / path
        assert not target.exists(), "A recipe adds; it changes nothing that is there."
        target.write_text(FILES[path], encoding="utf-8")

    @property
    def settings(self) -> dict[str, str]:
        """What lets a process run this copy instead of the checkout."""
        return {"PYTHONPATH": str(self.folder)}

    def passes(self, *arguments: str) -> str:
        """Run a Python module in the copy, which must end well; returns what it printed."""
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-m", *arguments],
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=50,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    folder = tmp_path / "checkout"
    for package in ("bot", "handlers", "tests"):
        # What is compiled comes along and counts, as files keep their times.
        shutil.copytree(ROOT / package, folder / package)
    for name in ("pyproject.toml", "README.md", ".env.example"):
        shutil.copy(ROOT / name, folder / name)
    return Copy(folder)
