"""A neutral message as Discord shows it: embeds within its limits, with nothing left to interpret.

The limits are those of discord.com/developers/docs/resources/message#embed-object.
"""

import re
from collections.abc import Iterator, Sequence

import discord

from bot.messages.sound import sound
from bot.model import Message, Tone

TITLE, DESCRIPTION, FOOTER = 256, 4096, 1024
"""In UTF-16 units, the strictest way to count; one of each stays below what a message may hold."""

_COLOURS = {
    Tone.GOOD: discord.Colour.green(),
    Tone.BAD: discord.Colour.red(),
    Tone.NEUTRAL: discord.Colour.blurple(),
}


def embeds(message: Message) -> list[discord.Embed]:
    """The message as one or more embeds, each to be sent on its own, broken between lines.

    The title stands on the first, the footer on the last. A footer shows no markup, so it is the
    one text that is not escaped.
    """
    title = " ".join(sound(message.title).split())
    if units(escaped(title)) > TITLE:
        title = shortened(title, TITLE // 2)
    found = [
        discord.Embed(description=page or None, colour=_COLOURS[message.tone])
        for page in _pages(message.lines)
    ]
    found[0].title = escaped(title) or None
    if message.footer:
        found[-1].set_footer(text=shortened(sound(message.footer), FOOTER))
    return found


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, limit: int) -> str:
    """The text, or as much of it as leaves room for an ellipsis."""
    return text if units(text) <= limit else _head(text, limit - 1) + "…"


def escaped(text: str) -> str:
    """The text as it must be written to be shown unchanged; at most twice as long.

    escape_markdown takes "[a](b) [c](d)" for one link and leaves the second alive, and does not
    know the "<" of mentions and times: it gets only what lies between these signs.
    """

    def escape(part: re.Match[str]) -> str:
        return f"\\{part[0]}" if part[0] in "[<" else discord.utils.escape_markdown(part[0])

    return re.sub(r"[\[<]|[^\[<]+", escape, text)


def _head(text: str, limit: int) -> str:
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def _pieces(line: str) -> Iterator[str]:
    """The line in pieces that fit a description even if escaping doubles them."""
    while (head := _head(line, DESCRIPTION // 2)) != line:
        cut = head.rfind(" ") + 1 or len(head)
        yield line[:cut]
        line = line[cut:]
    yield line


def _pages(lines: Sequence[str]) -> list[str]:
    """The lines as few escaped texts that each fit a description."""
    pages = [""]
    for piece in (piece for line in lines for piece in _pieces(sound(line))):
        page = f"{pages[-1]}\n{escaped(piece)}" if pages[-1] else escaped(piece)
        if units(page) <= DESCRIPTION:
            pages[-1] = page
        else:
            pages.append(escaped(piece))
    return pages
