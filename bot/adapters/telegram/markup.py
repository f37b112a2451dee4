"""Our messages in Telegram's HTML (https://core.telegram.org/bots/api#html-style)."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.model import Message

MESSAGE_UNITS = 4096
"""The longest text Telegram takes, in UTF-16 code units, not counting its markup."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line as people read it, in bold, italics, or neither."""

    text: str
    tag: str = ""

    @property
    def units(self) -> int:
        return _units(self.text)

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
        # A lone surrogate, which a provider's JSON may hold, cannot be sent as UTF-8.
        clean = text.encode(errors="replace").decode().replace("\r", "")
        for line in clean.split("\n") if clean or not tag else ():
            yield from (_Line(piece, tag) for piece in _cut(line))


def _cut(line: str) -> Iterator[str]:
    """Pieces of a line that each fit into one part."""
    start = used = 0
    for position, character in enumerate(line) if _units(line) > MESSAGE_UNITS else ():
        size = _units(character)
        if used + size > MESSAGE_UNITS:
            space = line.rfind(" ", start, position)
            end = space + 1 if space >= start else position
            yield line[start:end]
            start, used = end, _units(line[end:position])
        used += size
    yield line[start:]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
