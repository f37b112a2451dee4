"""/link: make this chat and one on the other platform stand in for each other.

/export leaves a link out: it rests on a word from both chats, and lines that are pasted into a
third one are not the other's.
"""

from datetime import datetime

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _
from bot.linking import DEEP_LINK, accept, place_text, platform_name, what_for
from bot.model import Button, Message
from bot.ports import Link, Option, always_changes
from bot.wording import moment_text

OFF = "off"
OTHERS = {"telegram": "Discord", "discord": "Telegram"}


async def run(request: Request, services: Services) -> Message:
    """Show the link or give a code for one, use a code, or end the link."""
    if request.arguments == (OFF,):
        return await _ended(request, services)
    if len(request.arguments) > 1:
        raise UserError(
            _("/link gives you a code, /link CODE uses one in your other chat, /link off ends it.")
        )
    if request.arguments:
        return await accept(request.arguments[0], request, services)
    link = await services.links.of(request.chat)
    if link is not None:
        return _shown(link, request)
    return _offered(await services.links.offer(request.chat), request)


def _offered(code: str, request: Request) -> Message:
    here = request.chat.platform
    other = OTHERS.get(here, _("another platform"))
    lines = [
        what_for(request.preferences),
        _(
            "Within 15 minutes say this in your chat on {platform}, as one who may change what I "
            "tell there; it works once, so show it to nobody else:"
        ).format(platform=other),
        f"/link {code}",
    ]
    if here != "telegram":
        link = _("On Telegram it is also a link: t.me/, the bot's name, and then {rest}")
        lines.append(link.format(rest=f"?start={DEEP_LINK}{code}"))
    title = _("Link this chat with one of yours on {platform}").format(platform=other)
    return Message(title, tuple(lines), _("/stop and /link off end a link"), aside=True)


def _shown(link: Link, request: Request) -> Message:
    here = platform_name(request.chat.platform)
    there = platform_name(link.other.platform)
    if link.failing_since is None and link.other_failing_since is None:
        states = [_("Both can be reached.")]
    else:
        states = [
            *_failing(here, link.failing_since),
            *_failing(there, link.other_failing_since),
        ]
    return Message(
        _("Linked with {place}").format(place=place_text(link.other)),
        (*states, what_for(request.preferences)),
        _("/link off ends it, on both sides"),
        buttons=(Button(_("End it"), "/link off"),),
        aside=True,
    )


def _failing(platform: str, since: datetime | None) -> tuple[str, ...]:
    if since is None:
        return ()
    return (
        _("The {platform} chat cannot be reached since {moment}.").format(
            platform=platform, moment=moment_text(since)
        ),
    )


async def _ended(request: Request, services: Services) -> Message:
    other = await services.links.remove(request.chat)
    if other is None:
        return Message(
            _("This chat is linked with no other"), (_("/link gives you a code to link it."),)
        )
    return Message(
        _("No longer linked with {place}").format(place=place_text(other)),
        (_("Each of the two hears its own alerts alone now."),),
        _("/link gives you a code to link it anew"),
        aside=True,
    )


COMMAND = Command(
    "link",
    N_("Link this chat with one on the other platform"),
    run,
    usage=N_("[code or off]"),
    options=(
        Option("code", N_("The code that /link gave you in your other chat, or off to end a link")),
    ),
    changes=always_changes,
)
