"""What we say, in our own words and without any platform's markup."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Tone(StrEnum):
    """How a message is coloured where a platform can colour."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Button:
    """A command that is said by whoever presses it, with the rights of that person."""

    label: str
    """A word or two."""
    command: str
    """As it would be typed, with its slash; at most 54 bytes, as platforms carry it for us."""
    replaces: bool = False
    """The answer takes the place of the message on which the button stands."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture shows; the same always gives the same picture while the data is the same."""

    indicator: str
    """Its key."""
    since: date
    until: date
    alternative: str
    """What the picture shows, in words, for whoever cannot see it."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Message:
    """What we say.

    Adapters escape every string; a title is one line, `lines` are paragraphs or list rows.
    """

    title: str
    lines: tuple[str, ...] = ()
    footer: str = ""
    tone: Tone = Tone.NEUTRAL
    buttons: tuple[Button, ...] = ()
    """In the order in which they are read; each platform breaks them into rows."""
    chart: Chart | None = None
    """Shown with the message where it can be drawn; the message says all without it."""
    pinned: bool = False
    """Of an answer: it is to stay at hand, and to be kept up to date."""
    aside: bool = False
    """Of an answer: it is for whoever asked alone, where the platform can keep it apart."""
    translations: tuple[tuple[str, "Message"], ...] = ()
    """The same in other languages than English, by their codes."""

    def spoken(self, language: str) -> "Message":
        """The message in a language, or in English where there is no translation."""
        return dict(self.translations).get(language, replace(self, translations=()))
