"""What has waited and needs to wait no more."""

from bot.commands import Request, Services
from bot.language import counted
from bot.model import Preferences
from bot.wishes.mutes import in_force, without


async def let_go(request: Request, services: Services, now_set: Preferences) -> tuple[str, ...]:
    """Let go of what waits, and say how much; what something else still holds waits on."""
    count = await services.holding.release(request.chat)
    if not count:
        return ()
    if now_set.quiet is None and not in_force(now_set, request.now):
        said = counted("The alert that waited comes now.",
                       "The {count} alerts that waited come now.", count)  # fmt: skip
    else:
        said = counted(
            "The alert that waited comes now, unless something else holds it.",
            "Of the {count} alerts that waited, those that nothing else holds come now.",
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
