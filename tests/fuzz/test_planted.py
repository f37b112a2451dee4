"""A reader with a bug that chance alone does not find, and the search that must find it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.target import Target

ROOT = Path(__file__).parents[2]


def read(data: bytes) -> None:
    """Stumbles over one word in four thousand million."""
    if data[:1] == b"b" and data[1:2] == b"u" and data[2:3] == b"g" and data[3:4] == b"!":
        raise ZeroDivisionError("planted")


TARGETS = [Target("planted", read, (b"seed",))]


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not there for this platform"
)
def test_the_guided_search_finds_a_planted_bug_and_keeps_the_input(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own words.
        [sys.executable, "-m", "tests.fuzz.guided", "--only", "planted", "--seconds", "20",
         "--keep", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=50,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "planted: ZeroDivisionError: planted" in done.stdout
    (kept,) = (tmp_path / "planted").iterdir()
    assert kept.read_bytes().startswith(b"bug!")
