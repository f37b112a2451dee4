"""A neutral message as Discord shows it: embeds within its limits, with nothing left to interpret.

The limits are those of discord.com/developers/docs/resources/message#embed-object.
"""

import json
import re
from collections.abc import Iterator, Sequence

import discord

from bot.model import Message, Tone
from bot.ports import Rejected

TITLE, DESCRIPTION, FOOTER = 256, 4096, 1024
"""In UTF-16 units, the strictest way to count; one of each stays below what a message may hold."""
EMBEDS, TOGETHER = 10, 6000
"""How many embeds one message may hold, and how many units all of them."""

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
    title = " ".join(_sound(message.title).split())
    if units(escaped(title)) > TITLE:
        title = shortened(title, TITLE // 2)
    found = [
        discord.Embed(description=page or None, colour=_COLOURS[message.tone])
        for page in _pages(message.lines)
    ]
    found[0].title = escaped(title) or None
    if message.footer:
        found[-1].set_footer(text=shortened(_sound(message.footer), FOOTER))
    return found


def parts(messages: Sequence[Message]) -> list[bytes]:
    """The messages as few bodies of requests, several to one; raises Rejected without any text."""
    shown = [embed for message in messages for embed in embeds(message) if _text(embed).strip()]
    if not shown:
        raise Rejected("there is nothing to send")
    groups: list[list[discord.Embed]] = [[]]
    for embed in shown:
        size = sum(units(_text(each)) for each in (*groups[-1], embed))
        if len(groups[-1]) == EMBEDS or size > TOGETHER:
            groups.append([])
        groups[-1].append(embed)
    return [_body(group) for group in groups]


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


def _text(embed: discord.Embed) -> str:
    """All of it that counts towards the limit of a message."""
    return f"{embed.title or ''}{embed.description or ''}{embed.footer.text or ''}"


def _body(shown: Sequence[discord.Embed]) -> bytes:
    body = {"embeds": [embed.to_dict() for embed in shown], "allowed_mentions": {"parse": []}}
    return json.dumps(body, separators=(",", ":")).encode()


def _sound(text: str) -> str:
    # JSON can carry half a surrogate pair in, and no request can carry it out.
    return text.encode(errors="replace").decode()


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
    for piece in (piece for line in lines for piece in _pieces(_sound(line))):
        page = f"{pages[-1]}\n{escaped(piece)}" if pages[-1] else escaped(piece)
        if units(page) <= DESCRIPTION:
            pages[-1] = page
        else:
            pages.append(escaped(piece))
    return pages
