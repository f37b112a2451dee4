"""The Lua scripts, each under the hash by which a server knows it."""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

LUA = Path(__file__).parent / "lua"
WITH = "-- with: "
"""How the first line of a script names another whose functions it uses."""
HERE = "-- here: the script\n"
"""Where `lua/once.lua` takes in the script that it runs."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is sent to a server that does not know the hash, and the hash."""

    text: str
    sha: str


@functools.cache
def script(name: str) -> Script:
    """`lua/<name>.lua`."""
    return _hashed(_source(name))


@functools.cache
def script_once(name: str) -> Script:
    """`lua/<name>.lua`, with one key more: there its reply waits for a repeat of the call."""
    return _hashed(once(_source(name)))


def once(text: str) -> str:
    """The text of a script that runs another at most once, as `lua/once.lua` says."""
    return _source("once").replace(HERE, f"{text}\n")


def _source(name: str) -> str:
    text = (LUA / f"{name}.lua").read_text(encoding="utf-8")
    if not text.startswith(WITH):
        return text
    first, _, rest = text.partition("\n")
    return f"{_source(first.removeprefix(WITH).strip())}\n{rest}"


def _hashed(text: str) -> Script:
    # Redis names a script by this hash; nothing secret hangs on it.
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
