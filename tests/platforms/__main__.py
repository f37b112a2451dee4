"""The fake platforms as a program: python -m tests.platforms --telegram-port 0 --discord-port 0.

It prints one line of JSON with its addresses when it is ready, and ends after --seconds, on
SIGTERM or SIGINT, or when its parent dies.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.adapters import fake_discord, fake_telegram
from tests.platforms.gateway import PATH as GATEWAY_PATH
from tests.platforms.ledger import MARKER
from tests.platforms.platform import discord, telegram

PARENT_LOOK_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop."""
    # Asked first of all: whoever waits for our addresses may be dead as soon as they are told.
    parent = os.getppid()
    asyncio.run(_serve(_parse(arguments), parent))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.platforms", description=__doc__)
    parser.add_argument("--telegram-port", type=int, help="0 is any free one; default: none")
    parser.add_argument("--discord-port", type=int, help="0 is any free one; default: none")
    parser.add_argument("--telegram-token", default=fake_telegram.TOKEN)
    parser.add_argument("--discord-token", default=fake_discord.TOKEN)
    parser.add_argument("--no-limits", action="store_true", help="answer no 429 of their own")
    parser.add_argument("--marker", default=MARKER, help="pattern of the tokens in the ledger")
    parser.add_argument("--seed", type=int, default=0, help="decides which sends meet a fault")
    parser.add_argument("--shards", type=int, default=1, help="what Discord recommends")
    parser.add_argument("--seconds", type=float, default=600.0, help="the longest it may live")
    parsed = parser.parse_args(arguments)
    if parsed.telegram_port is None and parsed.discord_port is None:
        parser.error("give --telegram-port, --discord-port or both")
    return parsed


async def _serve(asked: argparse.Namespace, parent: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as running:
        addresses = {}
        if asked.telegram_port is not None:
            chats = telegram(
                asked.telegram_port,
                limited=not asked.no_limits,
                token=asked.telegram_token,
                marker=asked.marker,
                seed=asked.seed,
            )
            await running.enter_async_context(chats)
            addresses["telegram"] = chats.url
        if asked.discord_port is not None:
            chats = discord(
                asked.discord_port,
                limited=not asked.no_limits,
                token=asked.discord_token,
                marker=asked.marker,
                seed=asked.seed,
                shards=asked.shards,
            )
            await running.enter_async_context(chats)
            addresses["discord"] = chats.url
            addresses["gateway"] = chats.url.replace("http", "ws", 1) + GATEWAY_PATH
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        await _until(stopped, asked.seconds, parent)


async def _until(stopped: asyncio.Event, seconds: float, parent: int) -> None:
    """Return once told to stop, after so many seconds, or when nobody is left to serve."""
    ends = asyncio.get_running_loop().time() + seconds
    while not stopped.is_set() and os.getppid() == parent:
        left = ends - asyncio.get_running_loop().time()
        if left <= 0:
            return
        try:
            async with asyncio.timeout(min(left, PARENT_LOOK_SECONDS)):
                await stopped.wait()
        except TimeoutError:
            continue


if __name__ == "__main__":
    main()
