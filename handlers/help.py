"""/help: every command by what it is good for, or one of them in full."""

from collections.abc import Mapping, Sequence

from bot.commands import Command, Request, Services, UserError, nearest
from bot.language import N_, _
from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import Button, Message
from bot.ports import Option

GROUPS: Mapping[str, Mapping[str, str]] = {
    N_("Where things stand"): {
        "status": "/status etf",
        "board": "/board",
        "chart": "/chart btc_dominance 1y",
        "digest": "/digest week",
        "theses": "/theses",
    },
    N_("What I tell you"): {
        "subscribe": "/subscribe dominance season",
        "unsubscribe": "/unsubscribe dominance",
        "subscriptions": "/subscriptions",
        "pack": "/pack altseason-confirmed",
    },
    N_("Alerts of your own"): {
        "alert": "/alert btc_dominance below 55",
        "alerts": "/alerts",
        "unalert": "/unalert 3",
        "preview": "/preview btc_dominance below 55",
    },
    N_("When and how I tell it"): {
        "mute": "/mute dominance 1d",
        "unmute": "/unmute dominance",
        "settings": "/settings zone Europe/Berlin",
        "link": "/link",
    },
    N_("What is behind it"): {
        "why": "/why dominance_55",
        "history": "/history dominance",
        "track": "/track dominance",
        "sources": "/sources btc_dominance",
        "deliveries": "/deliveries",
    },
    N_("This chat"): {
        "start": "/start",
        "help": "/help alert",
        "export": "/export",
        "import": "/import /subscribe dominance; /alert btc_dominance below 55",
        "privacy": "/privacy",
        "stop": "/stop",
    },
}
"""What people want -> the commands for it, each with an example."""
EXAMPLES = {name: example for group in GROUPS.values() for name, example in group.items()}
OFTEN_ASKED = ("status", "board", "subscriptions", "alerts", "settings", "pack")


async def run(request: Request, services: Services) -> Message:
    """List the commands and topics, or explain the one that is named."""
    if request.arguments:
        return _one(request.arguments[0].removeprefix("/"), services)
    known = {command.name: command for command in services.commands}
    lines: list[str] = []
    for heading, group in GROUPS.items():
        rows = [_line(known[name]) for name in group if name in known]
        lines += [_(heading), *rows, ""] if rows else []
    more = [_line(command) for command in services.commands if command.name not in EXAMPLES]
    if more:
        lines += [_("More"), *more, ""]
    lines += [_("Topics"), *(f"{topic}: {_(told)}" for topic, told in services.topics.items())]
    buttons = tuple(Button(f"/{name}", f"/{name}") for name in OFTEN_ASKED if name in known)
    return Message(_("Commands"), tuple(lines), _("/help alert explains one"), buttons=buttons)


def _one(name: str, services: Services) -> Message:
    for command in services.commands:
        if command.name == name:
            return _explained(command)
    names = [command.name for command in services.commands]
    meant = nearest(name, names)
    hint = _(" Did you mean /{name}?").format(name=meant) if meant else ""
    known = " ".join(f"/{each}" for each in names)
    said = _("There is no command /{name}.{hint} Commands: {known}")
    raise UserError(said.format(name=name[:32], hint=hint, known=known))


def _explained(command: Command) -> Message:
    options = [f"– {each.name}: {_(each.summary)}" for each in command.options]
    example = EXAMPLES.get(command.name, f"/{command.name}")
    lines = (_(command.summary), *options, _("Example: {example}").format(example=example))
    return Message(_usage(command), lines, _("/help lists all commands"), buttons=_try(command))


def _try(command: Command) -> tuple[Button, ...]:
    """A button for the example, where trying it changes nothing."""
    example = EXAMPLES.get(command.name, f"/{command.name}")
    harmless = not command.changes(example.split()[1:])
    if not harmless or len(example.encode()) > LONGEST_COMMAND_BYTES:
        return ()
    return (Button(_("Try it"), example),)


def _usage(command: Command) -> str:
    return f"/{command.name} {_(command.usage)}".rstrip()


def _line(command: Command) -> str:
    return f"{_usage(command)}: {_(command.summary)}"


async def suggest(_option: str, _request: Request, services: Services) -> Sequence[str]:
    """The commands' names."""
    return [command.name for command in services.commands]


COMMAND = Command(
    "help",
    N_("List the commands, or explain one"),
    run,
    usage=N_("[command]"),
    options=(Option("command", N_("The command to explain"), suggests=True),),
    suggest=suggest,
)
