"""What the adapter itself has to say, in the language that is spoken."""

from collections.abc import Sequence
from dataclasses import replace

from bot.language import _
from bot.model import Message


def sorry() -> Message:
    """Something broke on our side."""
    return Message(_("Something went wrong"), (_("Please try again in a minute."),))


def changed() -> Message:
    """A command of another version of ours was given."""
    return Message(_("This command has changed"), (_("Reload Discord to see the present ones."),))


def unknown() -> Message:
    """A command that nobody knows was given."""
    return Message(_("I do not know that command"), (_("/help lists those I know."),))


def nowhere() -> Message:
    """Discord did not say in which channel something was said."""
    return Message(_("I cannot tell which channel this is"), (_("Please try in another one."),))


def strange() -> Message:
    """A button was pressed that was not made for this chat."""
    return Message(
        _("This button is not from here"),
        (_("It was made for another chat, or under another token. The command works."),),
    )


def unreachable() -> Message:
    """Somebody who installed us for themselves takes no direct messages."""
    return Message(
        _("I cannot write to you"),
        (
            _(
                "Alerts come to you as direct messages: open my profile, send me a message there, "
                "and try again."
            ),
        ),
    )


def not_kept(message: Message) -> Message:
    """An answer that was to stay up to date, and cannot stand in its channel by itself."""
    line = _("I could not write this here by myself, so it will not be kept up to date.")
    return replace(message, lines=(*message.lines, line))


def with_lacking(message: Message, permissions: Sequence[str]) -> Message:
    """An answer that also says which permissions alerts will need in its channel, if any."""
    if not permissions:
        return message
    line = _("Alerts cannot show here yet: I need the permission {permissions}.")
    return replace(message, lines=(*message.lines, line.format(permissions=", ".join(permissions))))
