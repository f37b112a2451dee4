"""A message without any markup."""

from bot.model import Message


def plain(message: Message) -> str:
    """A message as plain text: title, lines, footer."""
    footer = (message.footer,) if message.footer else ()
    return "\n".join((message.title, *message.lines, *footer))
