"""Our messages in Telegram's HTML (https://core.telegram.org/bots/api#html-style)."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.messages.sound import sound
from bot.model import Message

MESSAGE_UNITS = 4096
"""The longest text Telegram takes, in UTF-16 code units, not counting its markup."""
CAPTION_UNITS = 1024
"""The longest caption of a picture, counted in the same way."""
MENTION = re.compile(r"@(?=\w)")
NOBODY = "@\u2060"
"""With a word joiner, which nobody sees, a name that somebody gave to a coin calls no person."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line as people read it, in bold, italics, or neither."""

    text: str
    tag: str = ""

    @property
    def units(self) -> int:
        return units(self.text)

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    def __str__(self) -> str:
        escaped = html.escape(self.text, quote=False)
        return f"<{self.tag}>{escaped}</{self.tag}>" if self.tag and not self.is_blank else escaped


_BLANK = _Line("")


def render(messages: Sequence[Message]) -> Iterator[str]:
    """The messages as Telegram HTML, a blank line between two, in as few parts as they fit.

    A part ends at the end of a line; only a line too long for one part is cut, at a space if it
    has one. No part is blank, since Telegram refuses a text without a visible character.
    """
    part: list[_Line] = []
    used = 0
    for line in _lines(messages):
        if used + line.units > MESSAGE_UNITS:
            yield _joined(part)
            part, used = [], 0
        if part or not line.is_blank:
            part.append(line)
            used += line.units + len("\n")
    if part:
        yield _joined(part)


def caption(messages: Sequence[Message], alternative: str) -> str | None:
    """Messages and a picture in words as its caption; None where that is too long for one."""
    lines = [*_lines(messages), *_lines_of(Message("", footer=alternative))]
    while lines and lines[-1].is_blank:
        lines.pop()
    used = sum(line.units + len("\n") for line in lines) - len("\n")
    return "\n".join(map(str, lines)) if used <= CAPTION_UNITS else None


def alternative_alone(alternative: str) -> str:
    """A picture in words as its caption, shortened where that is too long for one."""
    whole = caption((), alternative)
    if whole is None:
        # A word joiner for every other character still fits.
        whole = caption((), shortened(alternative.replace("\n", " "), CAPTION_UNITS // 2))
    return whole or ""


def _joined(part: list[_Line]) -> str:
    while part[-1].is_blank:
        part.pop()
    return "\n".join(map(str, part))


def _lines(messages: Sequence[Message]) -> Iterator[_Line]:
    apart = False
    for message in messages:
        lines = list(_lines_of(message))
        if all(line.is_blank for line in lines):
            continue
        if apart:
            yield _BLANK
        yield from lines
        apart = True


def _lines_of(message: Message) -> Iterator[_Line]:
    tagged = (("b", message.title), *(("", line) for line in message.lines), ("i", message.footer))
    for tag, text in tagged:
        clean = MENTION.sub(NOBODY, sound(text))
        for line in clean.split("\n") if clean or not tag else ():
            yield from (_Line(piece, tag) for piece in _cut(line))


def _cut(line: str) -> Iterator[str]:
    """Pieces of a line that each fit into one part."""
    start = used = 0
    for position, character in enumerate(line) if units(line) > MESSAGE_UNITS else ():
        size = units(character)
        if used + size > MESSAGE_UNITS:
            space = line.rfind(" ", start, position)
            end = space + 1 if space >= start else position
            yield line[start:end]
            start, used = end, units(line[end:position])
        used += size
    yield line[start:]


def units(text: str) -> int:
    """How long Telegram takes a text to be, in UTF-16 code units."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def shortened(text: str, most_units: int) -> str:
    """A text, or its beginning where it is longer than that."""
    if units(text) <= most_units:
        return text
    room = text.encode("utf-16-le", errors="replace")[: 2 * (most_units - 1)]
    return room.decode("utf-16-le", errors="ignore").rstrip() + "…"
