"""/privacy: what is stored of a chat, where, for how long, who sees it, and how to delete it."""

from bot.commands import Command, Request, Services
from bot.language import N_, _
from bot.model import Message

TOLD_DAYS = 7
"""An alert that waits is told for so long."""
KNOWN_DAYS = 30
"""What was told is known for so long, so that it is not told twice."""


async def run(request: Request, services: Services) -> Message:
    """Say it in full, as it is the same for every chat but for the name."""
    platform = request.chat.platform.capitalize()
    return Message(
        _("What I store of this chat"),
        (
            _what(request.chat.member, platform),
            _(
                "Where: in the Redis database of whoever runs me. Nobody else sees it; "
                "{platform} itself carries what we write to each other. The log of whoever runs me "
                "may name the chat's id where something went wrong."
            ).format(platform=platform),
            _how_long(),
            _(
                "How to leave: /stop deletes all of it at once, except what was told already and "
                "an earlier id, which expire within those {days} days. Database files and backups "
                "follow when whoever runs me renews them."
            ).format(days=KNOWN_DAYS),
            *_when_put_out(platform),
            _(
                "How to take it along: /export writes your topics, alerts, settings and mutes as "
                "commands; a link stays, as it is between two chats."
            ),
        ),
    )


def _when_put_out(platform: str) -> tuple[str, ...]:
    """What follows on platforms that say so reliably; elsewhere the chat is only left alone."""
    if platform != "Discord":
        return ()
    return (_("It also goes when the server puts me out, or when the channel is deleted."),)


def _what(member: str, platform: str) -> str:
    return _(
        "What: its id ({member} on {platform}), the topics it hears, its own alerts with where "
        "they stand, what it has set (time zone, quiet hours, urgent topics, digest, language and "
        "mutes), which message shows its board, which chat on another platform it is linked with, "
        "and what is on its way to it: alerts that wait, are held back or could not be "
        "sent, when the next may leave, and why the chat cannot be reached if it cannot. Once "
        "it is answered, no names, and nothing of what is written here but your own alerts and "
        "mutes."
    ).format(member=member, platform=platform)


def _how_long() -> str:
    return _(
        "For how long: topics, own alerts, settings, mutes and a link until you remove them, or "
        "until a mute ends; a code to link by, 15 minutes; an alert that waits, or that quiet "
        "hours or a mute hold back, {told} days; one that could not be sent, {known} days unless "
        "it is sent again; that the chat cannot be reached, until it writes to me again. An own "
        "alert that was told, a note of which alerts came here already, and an earlier id of this "
        "chat expire {known} days after they were made; a note of what was handed out to be sent, "
        "after a minute."
    ).format(told=TOLD_DAYS, known=KNOWN_DAYS)


COMMAND = Command("privacy", N_("What I store of this chat, and how to delete it"), run)
