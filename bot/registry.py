"""Finds plug-ins: every public module of a package offers exactly one value under one name."""

import importlib
import pkgutil
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


class BrokenPlugin(Exception):
    """A module of a plug-in package does not offer what it must; the text is one sentence."""


def plugin_names(package: ModuleType) -> tuple[str, ...]:
    """The public modules of the package, in order, without loading any."""
    found = (info.name for info in pkgutil.iter_modules(package.__path__))
    return tuple(name for name in found if not name.startswith("_"))


def discover(package: ModuleType, name: str, kind: type[T]) -> tuple[T, ...]:
    """The value called `name` of each public module in the package, in order of module names."""
    found = []
    for each in plugin_names(package):
        module = _loaded(f"{package.__name__}.{each}")
        offering = getattr(module, name, None)
        if not isinstance(offering, kind):
            raise BrokenPlugin(f"{_place(module.__name__)} must define {name}: {kind.__name__}.")
        found.append(offering)
    return tuple(found)


def _loaded(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except Exception as error:
        # Whoever wrote the file is told where to look, and not how we came to load it.
        said = f"{type(error).__name__}: {error}".rstrip(".: ")
        raise BrokenPlugin(f"{_place(module)} cannot be loaded{_line(error)}: {said}.") from error


def _line(error: Exception) -> str:
    """Where the code went wrong; of code that could not even be read, the error says it itself."""
    frames = [each for each in extract_tb(error.__traceback__) if "importlib" not in each.filename]
    last = frames[-1]
    return "" if last.filename == __file__ else f" ({Path(last.filename).name}:{last.lineno})"


def _place(module: str) -> str:
    return module.replace(".", "/")
