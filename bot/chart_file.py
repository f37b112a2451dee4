"""The file that a chart is written to: tried before the work, then written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from bot.charts import FORMATS


class UnwritableChart(Exception):
    """A chart cannot be written where it is wanted; the text is one sentence."""


def suffix(path: Path) -> str:
    """The format that the file's name asks for, one of FORMATS; raises UnwritableChart."""
    asked = path.suffix.removeprefix(".").lower()
    if asked not in FORMATS:
        known = ", ".join(f".{each}" for each in FORMATS)
        raise UnwritableChart(f"{path} has no ending that I can draw; those are {known}.")
    return asked


def check(path: Path) -> None:
    """Try whether a chart can be written there, before the work; raises UnwritableChart."""
    suffix(path)
    try:
        if not path.parent.is_dir():
            raise UnwritableChart(f"There is no folder {path.parent} to write {path.name} to.")
        is_there = path.is_symlink() or path.exists()
        if is_there and not (path.is_file() and os.access(path, os.W_OK)):
            raise UnwritableChart(f"{path} cannot be written over.")
        unfinished = _beside(path)
        unfinished.touch()
        unfinished.unlink()
    except OSError as error:
        raise _unwritable(path, error) from None


def write(path: Path, content: bytes) -> None:
    """Write or replace the file at one stroke; raises UnwritableChart."""
    try:
        unfinished = _beside(path)
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path.resolve())
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None


def _beside(path: Path) -> Path:
    """Where it grows: hidden in the same folder, after links, under this process's own name."""
    target = path.resolve()
    return target.with_name(f".{target.name}.{os.getpid()}")


def _unwritable(path: Path, error: OSError) -> UnwritableChart:
    return UnwritableChart(f"{path} cannot be written: {error.strerror}.")
