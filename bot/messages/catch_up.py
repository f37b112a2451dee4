"""What a chat hears together, and how it hears of alerts that are no news any more."""

from collections.abc import Sequence
from datetime import datetime

from bot.model import Message
from bot.wording import moment_text

FOOTER = "Told late, so none of this is news; /status shows where things stand now"


def catch_up(missed: Sequence[tuple[datetime, Message]]) -> Message:
    """One message for alerts that fired at these times and could not be told in time."""
    count = "an alert" if len(missed) == 1 else f"{len(missed)} alerts"
    title = f"While I could not reach you, {count} fired"
    return Message(
        title, tuple(f"{moment_text(at)}: {message.title}" for at, message in missed), FOOTER
    )
