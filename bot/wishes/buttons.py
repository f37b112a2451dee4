"""Buttons that say one of these commands."""

from bot.language import _
from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import Button


def pick(label: str, command: str) -> Button:
    """One of several choices; what it answers takes the place of the question."""
    return Button(label, command, replaces=True)


def undo(command: str) -> tuple[Button, ...]:
    """The way back, where a button can carry it."""
    if len(command.encode()) > LONGEST_COMMAND_BYTES:
        return ()
    return (pick(_("Undo"), command),)
