"""Linking two chats of one person: what is said of it, wherever the code is typed."""

from datetime import datetime, timedelta

from bot.commands import Request, Services, UserError
from bot.language import N_, _
from bot.manners import OWN, is_muted, subject
from bot.model import Chat, Message, Preferences, Tone
from bot.ports import LinkRefused, Refusal

URGENT = ("breakout", "phase", OWN)
"""What is urgent for a chat that has set nothing else."""
FAILING = timedelta(minutes=15)
"""After so long what is urgent goes to the other chat."""
DEEP_LINK = "link_"
"""A payload of Telegram's `/start` that begins so is a code."""

WHY_NOT = {
    Refusal.UNKNOWN: N_(
        "I know no such code: it works once, within 15 minutes, and a newer one ends it. /link in "
        "your other chat gives you one."
    ),
    Refusal.SAME_PLATFORM: N_(
        "That code is of a chat on this platform, perhaps of this one. A link helps where one "
        "platform fails, so say /link CODE in a chat on the other one."
    ),
    Refusal.LINKED: N_("This chat is linked already; /link off ends that."),
    Refusal.OTHER_LINKED: N_(
        "The chat that gave you this code is linked already; /link off ends that there."
    ),
}


def urgent_of(preferences: Preferences) -> tuple[str, ...]:
    """The topics, and "own", whose alerts go to the other chat."""
    return preferences.urgent or URGENT


def is_urgent(job: str, topic: str, preferences: Preferences, now: datetime) -> bool:
    """Whether a letter that does not get to its chat is for the other one.

    What is no alert of the chat, such as its digest, never is.
    """
    about = subject(job, topic)
    if about is None or about.topic not in urgent_of(preferences):
        return False
    return not is_muted(about, preferences, now)


def platform_name(platform: str) -> str:
    """A platform as people write it."""
    return platform.capitalize()


def place_text(chat: Chat) -> str:
    """A chat by its platform and id."""
    named = {"platform": platform_name(chat.platform), "id": chat.id, "thread": chat.thread}
    if chat.thread:
        return _("the {platform} chat {id}, thread {thread}").format(**named)
    return _("the {platform} chat {id}").format(**named)


def what_for(preferences: Preferences) -> str:
    """What the link does, in a sentence."""
    return _(
        "While one of the two cannot be reached for {minutes} minutes or more, its urgent alerts "
        "come to the other. Urgent here: {urgent}; /settings urgent changes that."
    ).format(minutes=FAILING // timedelta(minutes=1), urgent=", ".join(urgent_of(preferences)))


async def accept(code: str, request: Request, services: Services) -> Message:
    """Link the chat with the one that gave the code, as it was typed; raises UserError.

    Whoever asks must be one who may change this chat.
    """
    word = code.strip().upper().removeprefix(DEEP_LINK.upper()).replace("-", "")
    try:
        other = await services.links.accept(request.chat, word)
    except LinkRefused as refused:
        raise UserError(_(WHY_NOT[refused.refusal])) from None
    return Message(
        _("Linked with {place}").format(place=place_text(other)),
        (what_for(request.preferences),),
        _("/link shows how the two are, /link off ends it"),
        Tone.GOOD,
        aside=True,
    )
