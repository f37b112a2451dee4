"""Buttons that say one of these commands."""

from bot.language import _
from bot.model import Button

MOST_BYTES = 54
"""A longer command is carried by no platform's button."""


def pick(label: str, command: str) -> Button:
    """One of several choices; what it answers takes the place of the question."""
    return Button(label, command, replaces=True)


def undo(command: str) -> tuple[Button, ...]:
    """The way back, where a button can carry it."""
    if len(command.encode()) > MOST_BYTES:
        return ()
    return (pick(_("Undo"), command),)
