"""Finds plug-ins: every public module of a package offers exactly one value under one name."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


class BrokenPlugin(Exception):
    """A module of a plug-in package does not offer what it must; the text is one sentence."""


def discover(package: ModuleType, name: str, kind: type[T]) -> tuple[T, ...]:
    """The value called `name` of each public module in the package, in order of module names."""
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        offering = getattr(module, name, None)
        if not isinstance(offering, kind):
            raise BrokenPlugin(f"{module.__name__} must define {name}: {kind.__name__}.")
        found.append(offering)
    return tuple(found)
