"""Which embeds share one message on Discord, with its picture and its buttons.

The limits are those of discord.com/developers/docs/resources/message.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import discord

from bot.adapters.discord.buttons import rows
from bot.adapters.discord.embeds import embeds, shortened, units
from bot.messages.sound import sound
from bot.model import Button, Chart, Message
from bot.ports import NO_PICTURES, Part, Photo, Rejected

EMBEDS, TOGETHER = 10, 6000
"""How many embeds one message may hold, and how many units all of them."""
ALTERNATIVE = 1024
"""The longest description of a picture."""
FILE = "chart.png"


@dataclass(frozen=True, slots=True)
class Page:
    """One message on Discord."""

    embeds: tuple[discord.Embed, ...] = ()
    chart: Chart | None = None
    png: bytes = b""
    buttons: tuple[Button, ...] = ()

    @property
    def alternative(self) -> str:
        """The picture in words."""
        return "" if self.chart is None else shortened(sound(self.chart.alternative), ALTERNATIVE)

    @property
    def bare(self) -> "Page":
        """The same without its picture."""
        bare = tuple(embed.copy().set_image(url=None) for embed in self.embeds)
        return replace(self, embeds=bare, chart=None, png=b"")


def pages(messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES) -> list[Page]:
    """The messages as few of Discord's; raises Rejected without any text.

    The last one has the buttons of the newest message, as Discord shows them below all embeds.
    """
    found: list[Page] = []
    for message in messages:
        png = b"" if message.chart is None else pictures.get(message.chart, b"")
        chart = message.chart if png else None
        for embed in _shown(message, chart):
            pictured = embed.image.url is not None
            page = found[-1] if found and _fits(found[-1], embed) else Page()
            if page.embeds:
                del found[-1]
            page = replace(page, embeds=(*page.embeds, embed))
            found.append(replace(page, chart=chart, png=png) if pictured else page)
    if not found:
        raise Rejected("there is nothing to send")
    found[-1] = replace(found[-1], buttons=messages[-1].buttons)
    return found


def parts(messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES) -> list[Part]:
    """The same as bodies of requests, whose buttons lack their tag; see `buttons.Seal`."""
    return [_part(page) for page in pages(messages, pictures)]


def without_picture(body: bytes) -> bytes:
    """A photo's body, with all tags in place, for a message that shows none."""
    fields = json.loads(body)
    del fields["attachments"]
    for embed in fields["embeds"]:
        embed.pop("image", None)
    return json.dumps(fields, separators=(",", ":")).encode()


def _shown(message: Message, chart: Chart | None) -> list[discord.Embed]:
    """The embeds of a message that show anything; the last one shows the chart, if there is one.

    The alternative text is read out with the picture, and stands below the text for whoever has
    switched pictures off.
    """
    if chart is None:
        return [embed for embed in embeds(message) if _text(embed).strip()]
    lines = (*message.lines, shortened(sound(chart.alternative), ALTERNATIVE))
    found = embeds(replace(message, lines=lines))
    found[-1].set_image(url=f"attachment://{FILE}")
    return [embed for embed in found if embed.image.url or _text(embed).strip()]


def _fits(page: Page, embed: discord.Embed) -> bool:
    """Whether an embed has room beside others; a message of ours shows one picture."""
    size = sum(units(_text(each)) for each in (*page.embeds, embed))
    crowded = page.chart is not None and embed.image.url is not None
    return len(page.embeds) < EMBEDS and size <= TOGETHER and not crowded


def _text(embed: discord.Embed) -> str:
    """All of it that counts towards the limit of a message."""
    return f"{embed.title or ''}{embed.description or ''}{embed.footer.text or ''}"


def _part(page: Page) -> Part:
    fields: dict[str, object] = {
        "embeds": [embed.to_dict() for embed in page.embeds],
        "allowed_mentions": {"parse": []},
    }
    if page.chart is not None:
        described = {"id": 0, "filename": FILE, "description": page.alternative}
        fields["attachments"] = [described]
    text = json.dumps(fields, separators=(",", ":")).encode()
    body = b'%b,"components":%b}' % (text.removesuffix(b"}"), rows(page.buttons))
    return body if page.chart is None else Photo(body, page.chart, page.png)
