"""What is on its way to a platform's chats, and what was given up."""

from collections.abc import Sequence

from bot.ports import Finding, ok, warn
from bot.stores import Stores
from bot.wording import moment_text

SHOWN = 10
"""Dead letters of a platform; `deliver --redrive` takes them all."""
REDRIVE = "python -m bot deliver --redrive sends them again."


async def examine(stores: Stores, platform: str) -> Sequence[Finding]:
    """Count what waits, and name the newest dead letters; raises StoreUnavailable."""
    backlog = await stores.dead_letters.backlog(platform)
    subject = f"delivery to {platform}"
    waiting = f"alerts on their way: {backlog.jobs}, chats with something waiting: {backlog.chats}"
    found = f"{waiting}, {backlog.suspended} suspended, {backlog.dead} dead letters"
    letters = await stores.dead_letters.listed(platform, SHOWN)
    return [
        warn(subject, found, REDRIVE) if backlog.dead else ok(subject, found),
        *(
            warn(
                "dead letter",
                f"{letter.job} for {platform} chat {letter.chat.member}, "
                f"{moment_text(letter.at)}: {letter.reason}".rstrip("."),
                REDRIVE,
            )
            for letter in letters
        ),
    ]
