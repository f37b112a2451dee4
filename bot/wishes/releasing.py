"""What has waited and needs to wait no more."""

from bot.commands import Request, Services
from bot.language import counted
from bot.wishes.mutes import without


async def let_go(request: Request, services: Services) -> tuple[str, ...]:
    """Let go of what nothing holds back any more, and say how much that is; empty for nothing."""
    count = await services.holding.release(request.chat)
    if not count:
        return ()
    said = counted(
        "The alert that was held back comes now.",
        "The {count} alerts that were held back come now.",
        count,
    )
    return (said.format(count=count),)


async def forget_number(number: int, request: Request, services: Services) -> None:
    """An alert of one's own is not what bore its number before: lift the mute of that."""
    name = str(number)
    if any(each.rule == name for each in request.preferences.mutes):
        await services.preferences.change(
            request.chat, lambda before: without(before, (name,), request.now)
        )
        await services.holding.release(request.chat)
