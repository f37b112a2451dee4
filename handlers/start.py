"""/start: what this is, and the one step that matters; a link may carry what to do at once.

t.me/<bot>?start=<payload> says `/start <payload>`, with 64 characters of A-Za-z0-9_- at most
(core.telegram.org/bots/features#deep-linking); Discord's people can type the same.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import Command, Request, Services
from bot.language import N_, _
from bot.linking import DEEP_LINK
from bot.model import Button, Message
from bot.packs import SHIPPED
from bot.ports import Option
from bot.topics import TOPICS

TOPIC, PACK = "t_", "p_"


async def run(request: Request, services: Services) -> Message:
    """Do what the payload asks for, or greet and say what the chat hears."""
    if not request.typed:
        return await _greeting(request, services)
    payload = request.typed[0]
    name, word = _asked(payload)
    for command in services.commands:
        if command.name == name:
            asked = replace(request, arguments=(word.lower(),), typed=(word,))
            return await command.run(asked, services)
    greeting = await _greeting(request, services)
    unknown = _("The link that brought you here asks for {payload}, which I do not know.")
    return replace(greeting, lines=(unknown.format(payload=payload[:32]), *greeting.lines))


def _asked(payload: str) -> tuple[str, str]:
    """The command that a payload stands for, and its word; empty for one that asks nothing."""
    name = payload.lower()
    topic, pack = name.removeprefix(TOPIC), name.removeprefix(PACK)
    if topic in TOPICS:
        return "subscribe", topic
    if pack in SHIPPED:
        return "pack", pack
    if name.startswith(PACK):
        return "pack", payload[len(PACK) :]
    if name.startswith(DEEP_LINK):
        return "link", payload[len(DEEP_LINK) :]
    return "", ""


def changes(arguments: Sequence[str]) -> bool:
    """Whether the payload subscribes or links; a pack is only shown."""
    return bool(arguments) and _asked(arguments[0])[0] in ("subscribe", "link")


async def _greeting(request: Request, services: Services) -> Message:
    heard = await services.subscriptions.topics(request.chat)
    lines = [
        _(
            "I watch whether money rotates from large caps and Bitcoin into small caps and "
            "altcoins: the Russell 2000 against its record, Bitcoin dominance, the Altcoin Season "
            "Index."
        ),
        _(
            "When one of them crosses a line that matters I tell you, with the value, the level, "
            "the source and the date. I never say buy or sell."
        ),
    ]
    if heard:
        hears = _("You hear: {topics}. /status shows where things stand.")
        lines.append(hears.format(topics=", ".join(sorted(heard))))
    else:
        lines.append(_("/subscribe gets you the essentials. /status shows where things stand."))
    title = _("Hello, I am altseason-bot")
    return Message(title, tuple(lines), _("/help lists all commands"), buttons=_buttons(services))


def _buttons(services: Services) -> tuple[Button, ...]:
    buttons = (
        Button(_("Get the essentials"), "/subscribe"),
        Button(_("Board"), "/board"),
        Button(_("All topics"), "/subscriptions"),
        Button(_("Settings"), "/settings"),
        Button(_("Help"), "/help"),
    )
    known = {f"/{command.name}" for command in services.commands}
    return tuple(button for button in buttons if button.command in known)


COMMAND = Command(
    "start",
    N_("What this bot does"),
    run,
    usage=N_("[topic or pack]"),
    options=(
        Option("what", N_("A topic to hear, or a pack to see; leave empty for the greeting")),
    ),
    changes=changes,
)
