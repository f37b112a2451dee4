"""What asks the providers: the way out to them, and the poller."""

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.fetcher import Fetcher
from bot.holders import holder_name
from bot.http import ProviderHttp
from bot.parts import Parts, find_sources
from bot.poller import Poller
from bot.ports import UNMETERED, Clock, Meters
from bot.settings import Settings
from bot.stores import Stores


@asynccontextmanager
async def provider_http(
    settings: Settings, meters: Meters = UNMETERED
) -> AsyncIterator[ProviderHttp]:
    """The way out to providers.

    A host that two sources share is asked as seldom as the more careful of them says.
    """
    spacing: dict[str, float] = {}
    forbidden: dict[str, float] = {}
    for source in find_sources():
        spacing[source.host] = max(spacing.get(source.host, 0.0), source.min_interval_seconds)
        forbidden[source.host] = max(forbidden.get(source.host, 0.0), source.forbidden_wait_seconds)
    async with ProviderHttp(
        gateway=settings.source_gateway_url,
        spacing_seconds=spacing,
        forbidden_wait_seconds=forbidden,
        keys=settings.provider_keys,
        meters=meters,
    ) as http:
        yield http


def make_poller(  # noqa: PLR0917 - what one process has, each once.
    settings: Settings,
    parts: Parts,
    stores: Stores,
    http: ProviderHttp,
    clock: Clock,
    meters: Meters = UNMETERED,
    *,
    holder: str,
) -> Poller:
    """A poller of these parts under the name of its process."""
    return Poller(
        fetcher=Fetcher(parts.feeds, http, clock, settings.poll_seconds),
        indicators=parts.indicators,
        journal=stores.journal,
        lease=stores.lease,
        own=stores.own_index,
        clock=clock,
        all_feeds=parts.all_feeds,
        holder=holder,
        meters=meters,
    )


def new_holder() -> str:
    """A name for this process that no other bears, not even its successor."""
    return holder_name(socket.gethostname(), datetime.now(UTC), secrets.token_hex(6))
