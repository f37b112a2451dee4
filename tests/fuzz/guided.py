"""Searches for bytes that a reader stumbles over, led by the lines of ours that they reach.

    python -m tests.fuzz.guided --seconds 60 [--only providers]

One process a kind (libFuzzer through atheris) that ends with its first find. What is found is kept
in found/<target>/, where `make test` tries it again, and is an error.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from tests.fuzz.target import FOUND

KINDS = ("providers", "answers", "updates", "buttons", "settings", "chat_text", "links", "imports")
PLANTED = "planted"
"""A kind with a bug, to see that it is found."""
NICENESS = 15
LONGEST_BYTES = 6_000
HANGS_SECONDS = 25
ROOT = Path(__file__).parents[2]
EXECUTIONS = re.compile(r"^#(\d+)\s+DONE.*?cov: (\d+)", re.MULTILINE)


def main() -> int:
    """Search; 0 if nothing is found or atheris is not there, 1 with a line for each find."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided")
    parser.add_argument("--seconds", type=int, default=60, help="for each kind")
    parser.add_argument("--only", choices=(*KINDS, PLANTED), help="one kind")
    parser.add_argument("--keep", type=Path, default=FOUND, help="where finds are kept")
    parser.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("SKIPPED: atheris is not installed; there are wheels for Linux alone.")  # noqa: T201
        return 0
    if asked.here is not None:
        _search(asked.only, asked.seconds, asked.here)
    kinds = (asked.only,) if asked.only else KINDS
    return max(_searched(kind, asked.seconds, asked.keep) for kind in kinds)


def _searched(kind: str, seconds: int, keep: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="altseason-fuzz-") as folder:
        done = subprocess.run(  # noqa: S603 - our own words.
            [sys.executable, "-m", __spec__.name, "--only", kind, "--seconds", str(seconds),
             "--here", folder],
            cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        finds = [path for path in Path(folder).glob("find-*") if path.is_file()]
        worst = [_told(kind, path.read_bytes(), keep) for path in finds]
    if done.returncode and not finds:
        print(f"{kind}: the search broke\n{done.stderr[-2_000:]}")  # noqa: T201
        return 1
    for executions, covered in EXECUTIONS.findall(done.stderr):
        print(f"{kind}: {executions} inputs, {covered} places reached, nothing found")  # noqa: T201
    return int(bool(worst))


def _told(kind: str, data: bytes, keep: Path) -> str:
    """Keep what was found, without the byte that says who reads it, and tell it."""
    from tests.fuzz.kinds import opened  # noqa: PLC0415 - it loads what is to be looked into.

    with opened(kind) as among:
        target = among[data[0] % len(among)] if data else among[0]
        try:
            target.feed(data[1:])
            why = f"it hangs, or stumbles only now and then, over {data[1:40]!r}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it was found.
            why = traceback.format_exception_only(error)[-1].strip()
    folder = keep / target.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data[1:])
    print(f"{target.name}: {why}")  # noqa: T201
    return why


def _search(kind: str, seconds: int, folder: Path) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris  # type: ignore[import-untyped]  # noqa: PLC0415 - not there everywhere.

    ours = ["bot", "handlers"]
    if kind == PLANTED:
        ours = ["tests.fuzz.test_planted"]
    else:
        os.nice(NICENESS)
    # What was loaded before is not looked into.
    with atheris.instrument_imports(include=ours):
        from tests.fuzz.kinds import opened, together  # noqa: PLC0415

        importlib.import_module(f"tests.fuzz.test_{kind}")
    with opened(kind) as among:
        target = together(kind, among)
        seeds = folder / "seeds"
        seeds.mkdir()
        for number, seed in enumerate(target.seeds):
            (seeds / str(number)).write_bytes(seed)
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}",
             f"-timeout={HANGS_SECONDS}", f"-artifact_prefix={folder}/find-", str(seeds)],
            target.read,
        )  # fmt: skip
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
