"""Our messages in Telegram's HTML (https://core.telegram.org/bots/api#html-style)."""

import html
from collections.abc import Iterator

from bot.model import Message

MESSAGE_UNITS = 4096
"""The longest text Telegram takes, in UTF-16 code units."""


def render(message: Message) -> Iterator[str]:
    """The message as Telegram HTML, in as many parts as its length needs.

    A part ends at the end of a line; only a line too long for one message is cut, at a space if
    it has one.
    """
    part = ""
    for line in _html_lines(message):
        if part and _units(part) + 1 + _units(line) > MESSAGE_UNITS:
            if not _is_blank(part):
                yield part
            part = line
        else:
            part = f"{part}\n{line}" if part else line
    if not _is_blank(part):
        yield part


def _html_lines(message: Message) -> Iterator[str]:
    tagged = (("b", message.title), *(("", line) for line in message.lines), ("i", message.footer))
    for tag, text in tagged:
        opening, closing = (f"<{tag}>", f"</{tag}>") if tag else ("", "")
        room = MESSAGE_UNITS - len(opening) - len(closing)
        # A lone surrogate, which a provider's JSON may hold, cannot be sent as UTF-8.
        clean = text.encode(errors="replace").decode().replace("\r", "")
        for line in clean.split("\n") if clean or not tag else ():
            for piece in _cut(line, room):
                yield f"{opening}{html.escape(piece, quote=False)}{closing}"


def _cut(line: str, room: int) -> Iterator[str]:
    """Pieces of a line that fit into `room` UTF-16 units once escaped."""
    start = used = 0
    for position, character in enumerate(line):
        size = _units(html.escape(character, quote=False))
        if used + size > room:
            space = line.rfind(" ", start, position)
            end = space + 1 if space >= start else position
            yield line[start:end]
            start = end
            used = _units(html.escape(line[start:position], quote=False))
        used += size
    yield line[start:]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _is_blank(part: str) -> bool:
    """Telegram refuses a message without a visible character."""
    for tag in ("<b>", "</b>", "<i>", "</i>"):
        part = part.replace(tag, "")
    return not part.strip()
