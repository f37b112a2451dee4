"""What talks with chats: who answers, who delivers, what is done for a platform again and again."""

import asyncio
from collections.abc import Sequence

from bot.adapters.console import CONSOLE_CHAT
from bot.app.operator_side import operator_posts
from bot.commands import Services
from bot.delivery.boards import BoardKeeper
from bot.delivery.conditions import Conditions
from bot.delivery.digests import DigestPost
from bot.delivery.keeping import Keeper, by_name
from bot.delivery.outage import answers
from bot.delivery.platforms import Platforms
from bot.delivery.relay import Relay
from bot.gathering import DigestDesk
from bot.outlook import StoredOutlook
from bot.parts import Parts
from bot.past import StoredPast
from bot.pictures import DrawnPictures
from bot.ports import Adapter, Clock, Meters
from bot.router import Router
from bot.settings import Settings, WrongSetting
from bot.stores import Stores
from bot.topics import TOPICS

CONSOLE = CONSOLE_CHAT.platform


def chat_side(  # noqa: PLR0917 - what one process has, each once.
    settings: Settings,
    parts: Parts,
    stores: Stores,
    adapters: Sequence[Adapter],
    clock: Clock,
    stopping: asyncio.Event,
    meters: Meters,
    *,
    holder: str,
) -> tuple[Platforms, DrawnPictures | None]:
    """Who answers and who delivers, and who draws where any chat can show a picture."""
    past = stored_past(parts, stores, clock)
    pictures = None
    if any(adapter.name != CONSOLE for adapter in adapters):
        pictures = DrawnPictures(past, stores.journal, parts.indicators)
    services = _services(settings, parts, stores, past, clock)
    router = Router(parts.commands, services, clock, allowed=allowed_chats(settings, parts))
    platforms = Platforms(
        adapters,
        answer=router.answer,
        suggest=router.suggest,
        pictures=pictures,
        subscriptions=stores.subscriptions,
        outbox=stores.outbox,
        boards=stores.boards,
        forgetting=stores.forgetting,
        leases=stores.listening,
        holder=holder,
        stopping=stopping,
        keepers=[
            *_keepers(stores, services, adapters, clock),
            *(by_name(post.keep) for post in operator_posts(settings, parts, stores, clock)),
        ],
        meters=meters,
    )
    return platforms, pictures


def chosen_adapters(
    settings: Settings, platforms: frozenset[str] | None, parts: Parts
) -> list[Adapter]:
    """Adapters of these platforms, or of each that has a token, else the console.

    Raises WrongSetting where one of them has no token.
    """
    cards = [command.card for command in parts.commands]
    built = [platform.build(settings, cards) for platform in parts.platforms]
    ready = {adapter.name: adapter for adapter in built if adapter is not None}
    if platforms is None:
        chats = [adapter for name, adapter in ready.items() if name != CONSOLE]
        return chats or [ready[CONSOLE]]
    for platform in parts.platforms:
        if platform.name in platforms - ready.keys():
            raise WrongSetting(f"{platform.missing}, so nothing can be delivered.")
    return [ready[name] for name in sorted(platforms)]


def stored_outlook(parts: Parts, stores: Stores) -> StoredOutlook:
    """What `/status` reads."""
    return StoredOutlook(stores.journal, parts.indicators, parts.feeds)


def stored_past(parts: Parts, stores: Stores, clock: Clock) -> StoredPast:
    """What `/chart`, `/preview` and the page's pictures are made from."""
    return StoredPast(
        stores.journal, parts.indicators, parts.feeds, clock, all_feeds=parts.all_feeds
    )


def _services(
    settings: Settings, parts: Parts, stores: Stores, past: StoredPast, clock: Clock
) -> Services:
    return Services(
        subscriptions=stores.subscriptions,
        outlook=stored_outlook(parts, stores),
        past=past,
        own=stores.own,
        records=stores.journal,
        deliveries=stores.deliveries,
        forgetting=stores.forgetting,
        preferences=stores.preferences,
        holding=stores.holding,
        boards=stores.boards,
        links=stores.links,
        topics=TOPICS,
        indicators=parts.indicators,
        commands=parts.commands,
        sources=parts.sources,
        rules_per_chat=settings.rules_per_chat,
    )


def _keepers(
    stores: Stores, services: Services, adapters: Sequence[Adapter], clock: Clock
) -> tuple[Keeper, ...]:
    """What is done for a platform by whoever listens to it."""
    named = {each.name: each for each in adapters}

    async def is_there(platform: str) -> bool:
        return await answers(named[platform])

    conditions = Conditions(
        waiting=stores.holding,
        outbox=stores.outbox,
        own=services.own,
        outlook=services.outlook,
        past=services.past,
        indicators=services.indicators,
        clock=clock,
    )

    return (
        by_name(conditions.keep),
        BoardKeeper(stores.boards, services.outlook, stores.preferences, clock).keep,
        by_name(DigestPost(stores.digests, DigestDesk(services).digest, clock).keep),
        by_name(Relay(stores.relays, is_there, clock).keep),
    )


def allowed_chats(settings: Settings, parts: Parts) -> tuple[str, ...]:
    """The only chats to talk to, none for all; whoever sits at the terminal runs the bot."""
    names = settings.allowed_chats
    for name in names:
        platform = name.partition(":")[0]
        if platform not in parts.platform_names:
            known = " or ".join(each for each in parts.platform_names if each != CONSOLE)
            raise WrongSetting(f"ALLOWED_CHATS names {platform}, which is not {known}.")
    return (*names, f"{CONSOLE_CHAT.platform}:{CONSOLE_CHAT.id}") if names else ()
