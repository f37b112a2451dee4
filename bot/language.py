"""In which language we speak: English is in the code, the others in gettext catalogues.

Who builds a message does so within `speaking`; whoever says something marks it with `_`, and what
is said later, a constant, with `N_` where it stands and `_` where it is said. The catalogues are
bot/languages/*.po, which `make words` brings up to date; what they lack is said in English.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from bot.model import Message

ENGLISH = "en"
LANGUAGES: dict[str, str] = {
    ENGLISH: "English",
    "de": "Deutsch",
    "es": "Español",
    "pt": "Português",
    "ru": "Русский",
    "tr": "Türkçe",
}
"""Those we speak, by their codes, as their speakers call them; Portuguese is Brazil's."""

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
    # Of an empty text gettext would tell the catalogue's header.
    return _catalogue(spoken()).gettext(text) if text else text


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find it.
    """The text as it is: a mark for those who translate."""
    return text


def counted(one: str, more: str, count: int) -> str:
    """The one of two texts that goes with a count, in the language that is spoken."""
    return _catalogue(spoken()).ngettext(one, more, count)


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


@cache
def _catalogue(code: str) -> NullTranslations:
    """A language's texts; of English there are none but those in the code."""
    if code == ENGLISH:
        return NullTranslations()
    # Reading takes some ten milliseconds a language, so that nobody needs compiled files.
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - who speaks English needs none.
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above.

    written = files("bot").joinpath("languages", f"{code}.po").read_bytes()
    catalogue, compiled = read_po(io.BytesIO(written), locale=code), io.BytesIO()
    for text in [each for each in catalogue if each.pluralizable and not all(each.string or ())]:
        # Said in English it takes English forms, and not as many as the language has.
        catalogue.delete(text.id)
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
