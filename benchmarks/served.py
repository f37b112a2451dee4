"""The gateway that speaks for every provider, as a process: prints its address and serves."""

import asyncio

from tests.providers.gateway import Gateway
from tests.providers.market import Market


async def main() -> None:
    """Serve until killed."""
    async with Gateway(Market(history_days=400)) as gateway:
        print(gateway.url, flush=True)
        await asyncio.Event().wait()


asyncio.run(main())
