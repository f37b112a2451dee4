"""Changes the core on purpose, and sees whether a test notices: `python -m tests.mutants`.

mutmut changes one thing at a time in what decides alerts, and runs the tests of it. Whatever no
test notices must be explained in docs/mutation.md, by the line as it was and as it became; one that
is not, and an explanation of one that is gone, is an error. It works on a copy, in one process.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXPLAINED = ROOT / "docs/mutation.md"
COPIED = ("bot", "handlers", "tests", "README.md", "pyproject.toml")
NICENESS = 15
UNNOTICED = re.compile(r"^\s*(\S+): (?:survived|no tests|suspicious)$", re.MULTILINE)
PAIR = re.compile(r"^- (\S.*)\n\+ (\S.*)$", re.MULTILINE)
"""A changed line in docs/mutation.md, without the space before it."""

Change = tuple[str, str]
"""A line as it was, and as it became."""


def explained(page: str) -> set[Change]:
    """The changes that a page explains."""
    return {(before, after) for before, after in PAIR.findall(page)}


def change(diff: str) -> Change:
    """The line that a mutant changed, as mutmut shows it."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    before, after = ([x[1:].strip() for x in lines if x.startswith(sign)] for sign in "-+")
    return " ".join(before), " ".join(after)


def main() -> int:
    """Make and try all mutants, or those of one module; 0 if each that lives is explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="such as bot.board.* (default: all)")
    only = parser.parse_args().only
    os.nice(NICENESS)
    with tempfile.TemporaryDirectory(prefix="altseason-mutants-") as folder:
        copy = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                left_out = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, copy / name, ignore=left_out)
            else:
                shutil.copy(ROOT / name, copy / name)
        code = _mutmut(copy, "run", "--max-children", "1", *only).returncode
        if code:
            print(f"mutmut failed with exit code {code}")  # noqa: T201 - a command.
            return code
        found = set(_unnoticed(copy))
    return _told(found, explained(EXPLAINED.read_text(encoding="utf-8")), whole=not only)


def _mutmut(folder: Path, *words: str, quiet: bool = False) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own words.
        [sys.executable, "-m", "mutmut", *words],
        cwd=folder,
        text=True,
        check=False,
        capture_output=quiet,
    )


def _unnoticed(folder: Path) -> Iterator[Change]:
    for name in UNNOTICED.findall(_mutmut(folder, "results", quiet=True).stdout):
        yield change(_mutmut(folder, "show", name, quiet=True).stdout)


def _told(found: set[Change], known: set[Change], *, whole: bool) -> int:
    gone = known - found if whole else set()
    for title, changes in (("Nobody noticed", found - known), ("Explained, and gone", gone)):
        for before, after in sorted(changes):
            print(f"{title}:\n- {before}\n+ {after}")  # noqa: T201
    print(f"{len(found)} mutants live, {len(found & known)} of them explained.")  # noqa: T201
    return 1 if found - known or gone else 0


if __name__ == "__main__":
    sys.exit(main())
