"""What CI runs and what `make check` runs are one list."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = {
    "lint": "ruff check .", "types": "mypy", "imports": "lint-imports", "test": "-m pytest -n",
}  # fmt: skip
"""Each check, and what it runs."""


def made(*arguments: str) -> str:
    """What make would do, if everything were set up."""
    done = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--no-print-directory", "--dry-run", "-o", ".venv/.ready-dev", *arguments],  # noqa: S607 - as people do
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("check", TOOLS)
def test_make_check_runs_each_check(check: str) -> None:
    alone = made(check)
    assert TOOLS[check] in alone
    assert alone in made("check")


@pytest.mark.parametrize("code", [0, 2])
def test_ci_runs_make_check_and_ends_as_it_does(tmp_path: Path, code: int) -> None:
    fake = tmp_path / "make"
    fake.write_text(f"#!/bin/sh\necho make $* in $PWD\nexit {code}\n", encoding="utf-8")
    fake.chmod(0o755)
    done = subprocess.run(  # noqa: S603 - our own script
        [ROOT / ".ci" / "run"], cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (code, f"make check in {ROOT}\n")
