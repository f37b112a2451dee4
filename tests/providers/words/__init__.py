"""How each provider words the market, one file each: HOSTS maps its hosts to their words."""

import importlib
import pkgutil

from tests.providers.market import Words


def discover() -> dict[str, Words]:
    """Every host's words."""
    found: dict[str, Words] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found.update(module.HOSTS)
    return found
