"""/help: every command, or one of them in full."""

from bot.commands import Command, Request, Services, UserError, nearest
from bot.model import Message
from bot.ports import Option


async def run(request: Request, services: Services) -> Message:
    """List the commands and topics, or explain the one that is named."""
    if request.arguments:
        return _one(request.arguments[0].removeprefix("/"), services)
    commands = [_line(command) for command in services.commands]
    topics = [f"{topic}: {meaning}" for topic, meaning in services.topics.items()]
    return Message("Commands", (*commands, "", "Topics", *topics))


def _one(name: str, services: Services) -> Message:
    for command in services.commands:
        if command.name == name:
            return Message(f"/{command.name} {command.usage}".rstrip(), (command.summary,))
    names = [command.name for command in services.commands]
    meant = nearest(name, names)
    hint = f" Did you mean /{meant}?" if meant else ""
    known = " ".join(f"/{each}" for each in names)
    raise UserError(f"There is no command /{name[:32]}.{hint} Commands: {known}")


def _line(command: Command) -> str:
    return f"{f'/{command.name} {command.usage}'.rstrip()}: {command.summary}"


COMMAND = Command(
    "help",
    "List the commands, or explain one",
    run,
    usage="[command]",
    options=(Option("command", "The command to explain"),),
)
