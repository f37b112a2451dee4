"""What a chat hears together, and how it hears of alerts that are no news any more."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import N_, _, counted
from bot.model import Message
from bot.wording import moment_text

FOOTER = N_("Told late, so none of this is news; /status shows where things stand now")


def catch_up(missed: Sequence[tuple[datetime, Message]]) -> Message:
    """One message for alerts that fired at these times and could not be told in time.

    It and they are in the language that is spoken.
    """
    title = counted(
        "While I could not reach you, an alert fired",
        "While I could not reach you, {count} alerts fired",
        len(missed),
    )
    return Message(
        title.format(count=len(missed)),
        tuple(f"{moment_text(at)}: {message.title}" for at, message in missed),
        _(FOOTER),
    )
