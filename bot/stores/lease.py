"""Who may do what only one process may do: poll, or listen to a platform."""

from bot.stores import keys
from bot.stores.connect import Client


class RedisLease:
    """A lease: whoever stops renewing it loses it after `seconds`."""

    def __init__(
        self, client: Client, key: str = keys.LEAD_POLLER, *, seconds: float = 15.0
    ) -> None:
        self._client = client
        self._key = key
        self._milliseconds = round(seconds * 1000)

    async def acquire(self, holder: str) -> bool:
        """Take or renew the lease; False while another holds it."""
        return bool(await self._client.run("acquire", [self._key], [holder, self._milliseconds]))

    async def release(self, holder: str) -> None:
        """Give the lease up at once, if this holder has it."""
        await self._client.run("release", [self._key], [holder])

    async def vacate(self) -> None:
        """Free the lease whoever has it: for whoever knows that the holder died."""
        await self._client.delete(self._key)
