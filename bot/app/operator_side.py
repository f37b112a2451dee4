"""What looks after the bot itself: the operator's chat, and the heartbeat."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime

from bot.adapters.console import CONSOLE_CHAT
from bot.delivery.operator import OperatorPost
from bot.heartbeat import Heartbeat
from bot.model import Chat
from bot.parts import Parts
from bot.poller import Poller
from bot.ports import Clock, StoreUnavailable
from bot.settings import Settings, WrongSetting
from bot.stores import Stores
from bot.vitals import StoredVitals, polls_are_good

log = logging.getLogger(__name__)

LEAVE_SECONDS = 1.0


def operator_chat(settings: Settings, parts: Parts) -> Chat | None:
    """The chat that hears about the bot itself; raises WrongSetting for one that cannot be."""
    if settings.operator_chat is None:
        return None
    platform, _, number = settings.operator_chat.partition(":")
    known = [each for each in parts.platform_names if each != CONSOLE_CHAT.platform]
    if platform not in known:
        raise WrongSetting(f"OPERATOR_CHAT names {platform}, which is not {' or '.join(known)}.")
    return Chat(platform, number)


def operator_posts(
    settings: Settings, parts: Parts, stores: Stores, clock: Clock
) -> tuple[OperatorPost, ...]:
    """Who tells the operator's chat; nobody where there is none."""
    chat = operator_chat(settings, parts)
    if chat is None:
        return ()
    if missing := parts.missing(chat.platform, settings):
        log.warning(
            "OPERATOR_CHAT is on %s, and here %s: it hears nothing unless another process listens "
            "there", chat.platform, missing,
        )  # fmt: skip
    post = OperatorPost(
        chat,
        stores.operator,
        journal=stores.journal,
        dead_letters=stores.dead_letters,
        feeds=parts.feeds,
        platforms=[each for each in parts.platform_names if each != CONSOLE_CHAT.platform],
        clock=clock,
    )
    return (post,)


def heartbeats(
    settings: Settings, poller: Poller, vitals: StoredVitals, clock: Clock
) -> tuple[Heartbeat, ...]:
    """What asks HEARTBEAT_URL while polls are good; none where it is not set."""
    if settings.heartbeat_url is None:
        return ()

    async def wrong() -> str | None:
        return polls_are_good(await vitals.look(), clock())

    return (Heartbeat(settings.heartbeat_url, leads=lambda: poller.leads, wrong=wrong),)


async def leave(stores: Stores, holder: str) -> None:
    """Note that this process ends in order, so that nobody is told that it fell silent."""
    with suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(LEAVE_SECONDS):
            await stores.operator.ends(holder, datetime.now(UTC))
