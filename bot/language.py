"""In which language we speak: English is in the code, the others in gettext catalogues.

Who builds a message does so within `speaking`; whoever says something marks it with `_`, and what
is said later, a constant, with `N_` where it stands and `_` where it is said.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from bot.model import Message

ENGLISH = "en"
LANGUAGES: dict[str, str] = {ENGLISH: "English"}
"""Those we speak, by their codes, as their speakers call them."""

_SPOKEN: ContextVar[str] = ContextVar("language", default=ENGLISH)


def spoken() -> str:
    """The code of the language that is spoken now."""
    return _SPOKEN.get()


def known_language(tag: str) -> str:
    """The language of ours that a platform names, as in "pt-BR"; empty where we do not speak it."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else ""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language within; English for one that we do not speak, or none."""
    token = _SPOKEN.set(known_language(language) or ENGLISH)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def _(text: str) -> str:
    """The text in the language that is spoken."""
    return text


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find it.
    """The text as it is: a mark for those who translate."""
    return text


def counted(one: str, more: str, count: int) -> str:
    """The one of two texts that goes with a count, in the language that is spoken."""
    return one if count == 1 else more


def in_every_language(build: Callable[[], Message]) -> Message:
    """A message in English, with its translations."""
    with speaking(ENGLISH):
        english = build()
    others = []
    for code in LANGUAGES:
        if code != ENGLISH:
            with speaking(code):
                others.append((code, build()))
    return replace(english, translations=tuple(others))
